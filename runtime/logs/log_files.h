/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a container's log as a reader sees them while the writer goes
 * on, rotates and compresses: log.json is the newest, log.json.1 the one
 * before, or log.json.1.gz. A file keeps its inode when it is renamed, so a
 * reader follows inodes, not names, and neither misses nor repeats a file; one
 * that was compressed meanwhile is recognised by its contents.
 */
#ifndef RUNTIME_LOG_FILES_H
#define RUNTIME_LOG_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { LOG_FILES_LIMIT = 1000 };

struct log_file {
	int fd;	     /* what the name led to; -1: none */
	int text_fd; /* the same decompressed, once it was asked for; or -1 */
	bool is_packed;
};

#define LOG_FILE_INIT         \
	{                     \
		-1, -1, false \
	}

struct log_files {
	struct log_file items[LOG_FILES_LIMIT]; /* oldest first */
	size_t count;
};

#define LOG_FILES_INIT                \
	{                             \
		{ { 0 } }, .count = 0 \
	}

/*
 * Open the files in FOLDER_FD as they were at one moment. None at all is no
 * failure: nothing was logged yet.
 */
int log_files_open(int folder_fd, struct log_files *out,
		   struct error *err) must_check;

/*
 * Open the file that comes after CURRENT (without a file: the oldest there
 * is). OUT has no file while CURRENT is the newest.
 */
int log_files_next(int folder_fd, const struct log_file *current,
		   struct log_file *out, struct error *err) must_check;

/*
 * The entries of FILE as they were written, from the beginning; *FD_OUT is
 * borrowed from FILE. A packed file is unpacked into a file of FOLDER_FD's
 * file system that has no name; of a damaged one what can be had.
 */
int log_file_text(int folder_fd, struct log_file *file, int *fd_out,
		  struct error *err) must_check;

/* Close FILE, leaving it without one. */
void log_file_close(struct log_file *file);
DEFINE_CLEANUP(struct log_file, log_file_close)

/* Close them. */
void log_files_release(struct log_files *files);
DEFINE_CLEANUP(struct log_files, log_files_release)

#endif
