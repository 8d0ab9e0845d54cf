/* SPDX-License-Identifier: Apache-2.0 */
/* Recognising processes by the time of their start. */
#include "runtime/orphan.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"

enum {
	ORPHAN_STAT_MAX = 4096,
	ORPHAN_STATE_FIELD = 3,
	ORPHAN_FLAGS_FIELD = 9,
	ORPHAN_START_FIELD = 22,
	ORPHAN_EXITING = 4, /* the kernel's PF_EXITING */
	ORPHAN_DYING_MS = 20,
};

/* A clock that was set, and starting that took its time, in between. */
#define ORPHAN_TOLERANCE (10 * CLOCK_SECOND)

/* The number in field NUMBER, counted from 1, of what follows the name. */
static long long field_of(const char *text, int number)
{
	for (int field = ORPHAN_STATE_FIELD - 1; text && field < number;
	     field++)
		text = strchr(text + 1, ' ');
	return text ? strtoll(text, NULL, 10) : 0;
}

/*
 * proc(5): "pid (name) state … starttime …"; a name may hold anything. Wall
 * time, or 0 for a process that is gone or on its way.
 */
static int64_t start_of(pid_t pid)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(ORPHAN_STAT_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct timespec since_boot;
	char path[32];
	char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fs_read_file(AT_FDCWD, path, ORPHAN_STAT_MAX, &text, &ignored) <
		    0 ||
	    clock_gettime(CLOCK_BOOTTIME, &since_boot) < 0)
		return 0;
	at = strrchr(text.text, ')');
	if (!at || strlen(at) < 3 || at[2] == 'Z' || at[2] == 'X')
		return 0;
	if (field_of(at, ORPHAN_FLAGS_FIELD) & ORPHAN_EXITING)
		return 0;
	return clock_now() -
	       (since_boot.tv_sec * CLOCK_SECOND + since_boot.tv_nsec) +
	       field_of(at, ORPHAN_START_FIELD) *
		       (CLOCK_SECOND / sysconf(_SC_CLK_TCK));
}

/* Whether process PID is the one of whose start STARTED was noted. */
static bool is_it(pid_t pid, int64_t started)
{
	int64_t start = start_of(pid);

	return start && start < started + CLOCK_SECOND &&
	       start > started - ORPHAN_TOLERANCE;
}

/* One that dies with its monitor does so a moment later. */
static bool is_dying(int pidfd)
{
	struct pollfd slot = { pidfd, POLLIN, 0 };

	return poll(&slot, 1, ORPHAN_DYING_MS) > 0;
}

int orphan_open(pid_t pid, int64_t started)
{
	int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	/* held first, then looked at: it cannot be exchanged any more */
	if (fd >= 0 && (!is_it(pid, started) || is_dying(fd))) {
		(void)close(fd); /* a stranger, or gone */
		return -1;
	}
	return fd;
}

bool orphan_lives(pid_t pid, int64_t started)
{
	autoclose int fd = orphan_open(pid, started);

	return fd >= 0;
}
