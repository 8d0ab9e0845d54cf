/* SPDX-License-Identifier: Apache-2.0 */
/* Advisory locks that the kernel frees with their holder. */
#include "base/lockfile.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"

/* How long a waiter rests between tries once it may not block for ever. */
enum { LOCKFILE_POLL_MS = 5 };

/* Whether FD is still the file that NAME leads to. */
static bool is_current(int fd, int dirfd, const char *name)
{
	struct stat held;
	struct stat named;

	return fstat(fd, &held) == 0 && fstatat(dirfd, name, &named, 0) == 0 &&
	       held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

/* Tells in the error who holds the lock: its pid stands in the file. */
static int report_busy(int fd, const char *name, struct error *err)
{
	char holder[24] = "";
	ssize_t got = pread(fd, holder, sizeof(holder) - 1, 0);

	if (got <= 0)
		return error_set(err, ERROR_BUSY,
				 "%s is locked by another process", name);
	holder[strcspn(holder, "\n")] = '\0';
	return error_set(err, ERROR_BUSY, "%s is locked by process %s", name,
			 holder);
}

static int wait_for_lock(int fd, const char *name, int operation,
			 int timeout_ms, struct error *err)
{
	int64_t deadline = clock_monotonic() + timeout_ms * INT64_C(1000000);

	if (timeout_ms < 0) {
		while (flock(fd, operation) < 0) {
			if (errno != EINTR)
				return error_sys(err, errno, "lock %s", name);
		}
		return 0;
	}
	while (flock(fd, operation | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_sys(err, errno, "lock %s", name);
		if (clock_monotonic() >= deadline)
			return report_busy(fd, name, err);
		(void)poll(NULL, 0, LOCKFILE_POLL_MS); /* only rests */
	}
	return 0;
}

static void note_holder(int fd)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	/* informative only: a full disk must not make locking fail */
	if (pwrite(fd, text, (size_t)length, 0) < 0)
		return;
}

int lockfile_acquire(struct lockfile *lock, int dirfd, const char *name,
		     enum lockfile_mode mode, int timeout_ms, struct error *err)
{
	int operation = mode == LOCKFILE_SHARED ? LOCK_SH : LOCK_EX;

	for (;;) {
		autoclose int fd =
			openat(dirfd, name,
			       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd < 0)
			return error_sys(err, errno, "open lock %s", name);
		if (wait_for_lock(fd, name, operation, timeout_ms, err) < 0)
			return -1;
		if (!is_current(fd, dirfd, name))
			continue;
		if (mode == LOCKFILE_EXCLUSIVE)
			note_holder(fd);
		lock->fd = TAKE_FD(fd);
		return 0;
	}
}

void lockfile_release(struct lockfile *lock)
{
	if (lock->fd >= 0)
		(void)close(lock->fd); /* closing is unlocking */
	lock->fd = -1;
}
