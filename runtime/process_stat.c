/* SPDX-License-Identifier: Apache-2.0 */
/* Reads /proc/<pid>/stat. */
#include "runtime/process_stat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/fs.h"
#include "base/strbuf.h"

enum {
	STAT_MAX = 4096,
	FIELD_START = 22, /* starttime, counted as the manual does */
	FIELD_PARENT = 4,
};

int process_stat_parse(const char *text, struct process_stat *out,
		       struct error *err)
{
	const char *at = strrchr(text, ')');
	unsigned field = 3;

	if (!at || at[1] != ' ' || !at[2])
		return error_set(err, ERROR_INVALID, "not a process's stat");
	*out = (struct process_stat){ .state = at[2] };
	for (at += 2; *at; field++) {
		if (field == FIELD_PARENT)
			out->parent = (pid_t)strtol(at, NULL, 10);
		if (field == FIELD_START) {
			out->start_time = strtoull(at, NULL, 10);
			return 0;
		}
		at += strcspn(at, " ");
		at += *at == ' ';
	}
	return error_set(err, ERROR_INVALID, "a process's stat is cut short");
}

int process_stat_read(pid_t pid, struct process_stat *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(STAT_MAX);
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fs_read_file(AT_FDCWD, path, STAT_MAX, &text, err) < 0) {
		if (err->sys == ESRCH)
			err->kind = ERROR_NOT_FOUND;
		return -1;
	}
	return process_stat_parse(text.text, out, err);
}

/* Held first, then looked at: it cannot be exchanged any more. */
int process_stat_open(pid_t pid, uint64_t start_time, int *pidfd_out,
		      struct error *err)
{
	autoclose int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct process_stat now;

	if (fd < 0)
		return error_set(err, ERROR_NOT_FOUND, "process %d is gone",
				 (int)pid);
	if (process_stat_read(pid, &now, err) < 0)
		return -1;
	if (now.start_time != start_time || now.state == 'Z' ||
	    now.state == 'X')
		return error_set(err, ERROR_NOT_FOUND, "process %d is gone",
				 (int)pid);
	*pidfd_out = TAKE_FD(fd);
	return 0;
}
