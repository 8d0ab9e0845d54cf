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
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "runtime/logs/log_gzip.h"

enum { TRIES = 50, PAUSE_MS = 2, NAME_LENGTH = 32 };

static void name_of(size_t number, const char *ending,
		    char out[static NAME_LENGTH])
{
	if (number)
		(void)snprintf(out, NAME_LENGTH, "log.json.%zu%s", number,
			       ending);
	else
		(void)snprintf(out, NAME_LENGTH, "log.json%s", ending);
}

static int open_name(int folder_fd, const char *name)
{
	return openat(folder_fd, name,
		      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* Plain or packed; while one becomes the other both are there. */
static struct log_file open_number(int folder_fd, size_t number)
{
	struct log_file file = LOG_FILE_INIT;
	char name[NAME_LENGTH];

	name_of(number, "", name);
	file.fd = open_name(folder_fd, name);
	if (file.fd >= 0 || errno != ENOENT)
		return file;
	name_of(number, ".gz", name);
	file.fd = open_name(folder_fd, name);
	file.is_packed = true;
	return file;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static bool is_name(int folder_fd, const char *name, int fd)
{
	struct stat named, opened;

	return fstatat(folder_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &opened) == 0 && is_same(&named, &opened);
}

/* Whether the file called NUMBER is FILE, packed since perhaps. */
static bool is_number(int folder_fd, size_t number, const struct log_file *file)
{
	char name[NAME_LENGTH];
	autoclose int packed = -1;

	name_of(number, "", name);
	if (!file->is_packed && is_name(folder_fd, name, file->fd))
		return true;
	name_of(number, ".gz", name);
	if (file->is_packed)
		return is_name(folder_fd, name, file->fd);
	packed = number ? open_name(folder_fd, name) : -1;
	return packed >= 0 && log_gzip_is_of(packed, file->fd);
}

static bool has_number(int folder_fd, size_t number)
{
	char name[NAME_LENGTH];
	struct stat st;

	name_of(number, "", name);
	if (fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	name_of(number, ".gz", name);
	return number &&
	       fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whether the last two of FILES are one, met under two names. */
static bool is_twice(const struct log_files *files)
{
	struct stat last, before;

	return files->count > 1 &&
	       fstat(files->items[files->count - 1].fd, &last) == 0 &&
	       fstat(files->items[files->count - 2].fd, &before) == 0 &&
	       is_same(&last, &before);
}

/*
 * Open everything, newest first. True when no rotation was seen meanwhile:
 * no name was missing before a present one, and the newest still is.
 */
static bool open_all(int folder_fd, struct log_files *files)
{
	bool steady = true;

	for (size_t i = 0; i < LOG_FILES_LIMIT; i++) {
		struct log_file file = open_number(folder_fd, i);

		if (file.fd < 0 && errno == ENOENT) {
			if (!has_number(folder_fd, i + 1))
				break;
			steady = false;
			continue;
		}
		if (file.fd < 0)
			return false;
		files->items[files->count++] = file;
		if (is_twice(files))
			steady = false;
	}
	if (!files->count)
		return true;
	return steady && is_number(folder_fd, 0, &files->items[0]);
}

static void turn_round(struct log_files *files)
{
	for (size_t i = 0; i < files->count / 2; i++) {
		struct log_file swap = files->items[i];

		files->items[i] = files->items[files->count - 1 - i];
		files->items[files->count - 1 - i] = swap;
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

/* The number under which FILE is now, or -1. */
static int find_number(int folder_fd, const struct log_file *file)
{
	int missing = 0;

	for (size_t i = 0; i < LOG_FILES_LIMIT && missing < 2; i++) {
		if (is_number(folder_fd, i, file))
			return (int)i;
		missing = has_number(folder_fd, i) ? 0 : missing + 1;
	}
	return -1;
}

/* The oldest file there is: where to go on when ours was dropped. */
static struct log_file open_oldest(int folder_fd)
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
	return oldest < 0 ? (struct log_file)LOG_FILE_INIT
			  : open_number(folder_fd, (size_t)oldest);
}

int log_files_next(int folder_fd, const struct log_file *current,
		   struct log_file *out, struct error *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int number = current->fd < 0 ? -1
					     : find_number(folder_fd, current);

		*out = (struct log_file)LOG_FILE_INIT;
		if (number == 0)
			return 0;
		*out = number < 0 ? open_oldest(folder_fd)
				  : open_number(folder_fd, (size_t)number - 1);
		if (out->fd < 0)
			return errno == ENOENT || number < 0
				       ? 0
				       : error_sys(err, errno, "open the log");
		/* it still follows ours, or ours is still gone */
		if (number < 0 || is_number(folder_fd, (size_t)number, current))
			return 0;
		log_file_close(out);
	}
	return 0; /* rotating all the time: ask again later */
}

/* A file without a name, or where there are none, in memory. */
static int open_scratch(int folder_fd)
{
	int fd = openat(folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : memfd_create("log", MFD_CLOEXEC);
}

int log_file_text(int folder_fd, struct log_file *file, int *fd_out,
		  struct error *err)
{
	*fd_out = file->is_packed ? file->text_fd : file->fd;
	if (*fd_out >= 0)
		return 0;
	file->text_fd = open_scratch(folder_fd);
	if (file->text_fd < 0)
		return error_sys(err, errno, "make room for a part of the log");
	if (log_gzip_unpack(file->fd, file->text_fd, err) < 0) {
		if (err->kind != ERROR_CORRUPT)
			return error_wrap(err, "decompress the log");
		log_warn_error("log", err, "decompress");
	}
	if (lseek(file->text_fd, 0, SEEK_SET) < 0)
		return error_sys(err, errno, "read the log");
	*fd_out = file->text_fd;
	return 0;
}

void log_file_close(struct log_file *file)
{
	cleanup_close(&file->fd);
	cleanup_close(&file->text_fd);
	*file = (struct log_file)LOG_FILE_INIT;
}

void log_files_release(struct log_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		log_file_close(&files->items[i]);
	files->count = 0;
}
