/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that a user names and a command writes: it appears whole or not at
 * all, beside what it replaces. What is no regular file (a device, a pipe) is
 * written to as it is.
 */
#ifndef CMD_WHOLE_FILE_H
#define CMD_WHOLE_FILE_H

#include "base/atomicfile.h"

struct whole_file {
	struct atomicfile file; /* to be written to and committed */
	int folder;
};

#define WHOLE_FILE_INIT             \
	{                           \
		ATOMICFILE_INIT, -1 \
	}

/* Begin to write PATH. */
int whole_file_open(struct whole_file *out, const char *path,
		    struct error *err) must_check;

/* Write LENGTH bytes as PATH. */
int whole_file_put(const char *path, const void *data, size_t length,
		   struct error *err) must_check;

/* Drop what was not committed. */
void whole_file_release(struct whole_file *file);
DEFINE_CLEANUP(struct whole_file, whole_file_release)

#endif
