/* SPDX-License-Identifier: Apache-2.0 */
/* Holding and signalling a container's first process. */
#include "runtime/engine/container_process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/fs.h"
#include "runtime/orphan.h"

enum { PROCESS_STAT_MAX = 4096 };

/* proc(5): "pid (name) state parent …"; a name may hold anything. */
static pid_t parent_of(pid_t pid)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(PROCESS_STAT_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char path[32];
	const char *end;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fs_read_file(AT_FDCWD, path, PROCESS_STAT_MAX, &text, &ignored) < 0)
		return 0;
	end = strrchr(text.text, ')');
	if (!end || strlen(end) < 4)
		return 0;
	return (pid_t)strtol(end + 4, NULL, 10);
}

int container_process_open(const struct container_state *state, int *pidfd_out,
			   struct error *err)
{
	autoclose int fd = -1;

	if (state->is_orphaned)
		fd = orphan_open(state->pid, state->started);
	else if (state->pid > 0)
		fd = (int)syscall(SYS_pidfd_open, state->pid, 0);
	/* held first, then looked at: it cannot be exchanged any more */
	if (fd < 0 ||
	    (!state->is_orphaned && parent_of(state->pid) != state->monitor))
		return error_set(err, ERROR_BUSY,
				 "the container has just ended");
	*pidfd_out = TAKE_FD(fd);
	return 0;
}

int container_process_signal(int pidfd, int signal, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 &&
	    errno != ESRCH)
		return error_sys(err, errno, "send signal %d", signal);
	return 0;
}
