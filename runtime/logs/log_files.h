/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a container's log as a reader sees them while the writer goes
 * on and rotates: log.json is the newest, log.json.1 the one before. A file
 * keeps its inode when it is renamed, so a reader follows inodes, not names,
 * and neither misses nor repeats a file.
 */
#ifndef RUNTIME_LOG_FILES_H
#define RUNTIME_LOG_FILES_H

#include <stddef.h>

#include "base/error.h"

enum { LOG_FILES_LIMIT = 1000 };

struct log_files {
	int fds[LOG_FILES_LIMIT]; /* oldest first */
	size_t count;
};

#define LOG_FILES_INIT    \
	{                 \
		{ -1 }, 0 \
	}

/*
 * Open the files in FOLDER_FD as they were at one moment. None at all is no
 * failure: nothing was logged yet.
 */
int log_files_open(int folder_fd, struct log_files *out,
		   struct error *err) must_check;

/*
 * Open the file that comes after the one open as CURRENT_FD (-1: the newest
 * there is). *FD_OUT is -1 while CURRENT_FD is the newest.
 */
int log_files_next(int folder_fd, int current_fd, int *fd_out,
		   struct error *err) must_check;

/* Close them. */
void log_files_release(struct log_files *files);
DEFINE_CLEANUP(struct log_files, log_files_release)

#endif
