/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rotation renames .1 to .2, then log.json to .1, then makes log.json. In
 * between names are missing, and a file may be met twice under two names.
 * Either is a sign to look again; a writer that was killed in the middle of
 * it leaves a gap for good, so looking again has an end.
 */
#include "runtime/logs/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 50, PAUSE_MS = 2, NAME_LENGTH = 32 };

static void name_of(size_t number, char out[static NAME_LENGTH])
{
	if (number)
		(void)snprintf(out, NAME_LENGTH, "log.json.%zu", number);
	else
		(void)snprintf(out, NAME_LENGTH, "log.json");
}

static int open_number(int folder_fd, size_t number)
{
	char name[NAME_LENGTH];

	name_of(number, name);
	return openat(folder_fd, name,
		      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* Whether the file called NUMBER is the one open as FD. */
static bool is_number(int folder_fd, size_t number, int fd)
{
	char name[NAME_LENGTH];
	struct stat named, opened;

	name_of(number, name);
	return fstatat(folder_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &opened) == 0 && named.st_ino == opened.st_ino &&
	       named.st_dev == opened.st_dev;
}

static bool has_number(int folder_fd, size_t number)
{
	char name[NAME_LENGTH];
	struct stat st;

	name_of(number, name);
	return fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * Open everything, newest first. True when no rotation was seen meanwhile:
 * no name was missing before a present one, and the newest still is.
 */
static bool open_all(int folder_fd, struct log_files *files)
{
	bool steady = true;

	for (size_t i = 0; i < LOG_FILES_LIMIT; i++) {
		int fd = open_number(folder_fd, i);

		if (fd < 0 && errno == ENOENT) {
			if (!has_number(folder_fd, i + 1))
				break;
			steady = false;
			continue;
		}
		if (fd < 0)
			return false;
		if (i && is_number(folder_fd, i - 1, fd))
			steady = false;
		files->fds[files->count++] = fd;
	}
	if (!files->count)
		return true;
	return steady && is_number(folder_fd, 0, files->fds[0]);
}

static void turn_round(struct log_files *files)
{
	for (size_t i = 0; i < files->count / 2; i++) {
		int swap = files->fds[i];

		files->fds[i] = files->fds[files->count - 1 - i];
		files->fds[files->count - 1 - i] = swap;
	}
}

int log_files_open(int folder_fd, struct log_files *out, struct error *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		out->count = 0;
		errno = 0;
		if (open_all(folder_fd, out))
			break;
		if (errno && errno != ENOENT) {
			int sys = errno;

			log_files_release(out);
			return error_sys(err, sys, "open the log");
		}
		if (tries + 1 < TRIES) {
			log_files_release(out);
			(void)poll(NULL, 0, PAUSE_MS); /* a rotation is short */
		}
	}
	turn_round(out);
	return 0;
}

/* The number under which FD's file is now, or -1. */
static int find_number(int folder_fd, int fd)
{
	int missing = 0;

	for (size_t i = 0; i < LOG_FILES_LIMIT && missing < 2; i++) {
		if (is_number(folder_fd, i, fd))
			return (int)i;
		missing = has_number(folder_fd, i) ? 0 : missing + 1;
	}
	return -1;
}

/* The oldest file there is: where to go on when ours was dropped. */
static int open_oldest(int folder_fd)
{
	int oldest = -1, missing = 0;

	for (int i = 0; i < LOG_FILES_LIMIT && missing < 2; i++) {
		if (has_number(folder_fd, (size_t)i)) {
			oldest = i;
			missing = 0;
		} else {
			missing++;
		}
	}
	return oldest < 0 ? -1 : open_number(folder_fd, (size_t)oldest);
}

int log_files_next(int folder_fd, int current_fd, int *fd_out,
		   struct error *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int number = current_fd < 0
				     ? -1
				     : find_number(folder_fd, current_fd);

		*fd_out = -1;
		if (number == 0)
			return 0;
		*fd_out = number < 0
				  ? open_oldest(folder_fd)
				  : open_number(folder_fd, (size_t)number - 1);
		if (*fd_out < 0)
			return errno == ENOENT || number < 0
				       ? 0
				       : error_sys(err, errno, "open the log");
		/* it still follows ours, or ours is still gone */
		if (number < 0 ||
		    is_number(folder_fd, (size_t)number, current_fd))
			return 0;
		(void)close(*fd_out); /* read side */
	}
	*fd_out = -1; /* rotating all the time: ask again later */
	return 0;
}

void log_files_release(struct log_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		(void)close(files->fds[i]); /* read side */
	files->count = 0;
}
