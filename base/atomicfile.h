/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that appears whole or not at all: written to a temporary name in the
 * same directory, optionally flushed, then renamed. Errors are sticky: write
 * without checking, and let commit tell. Releasing an uncommitted file removes
 * the temporary.
 */
#ifndef BASE_ATOMICFILE_H
#define BASE_ATOMICFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum atomicfile_flags {
	ATOMICFILE_SYNC = 1 << 0,      /* flush data and directory */
	ATOMICFILE_EXCLUSIVE = 1 << 1, /* EXISTS when the name is taken */
};

struct atomicfile {
	int dirfd;  /* borrowed */
	int fd;	    /* -1 when closed */
	char *name; /* final name */
	char *temp; /* temporary name, same directory */
	unsigned flags;
	struct error failed; /* first write error */
};

#define ATOMICFILE_INIT                           \
	{                                         \
		-1, -1, NULL, NULL, 0, ERROR_INIT \
	}

/* Begin writing NAME under DIRFD (which must stay open) with MODE. */
int atomicfile_open(struct atomicfile *file, int dirfd, const char *name,
		    mode_t mode, unsigned flags, struct error *err) must_check;

/* Append DATA; a failure is kept for commit. */
void atomicfile_write(struct atomicfile *file, const void *data, size_t length);

/* Make the file appear under its name, or fail and leave what was there. */
int atomicfile_commit(struct atomicfile *file, struct error *err) must_check;

/* Drop an uncommitted file; free everything. */
void atomicfile_release(struct atomicfile *file);
DEFINE_CLEANUP(struct atomicfile, atomicfile_release)

/* Write NAME under DIRFD in one go. */
int atomicfile_put(int dirfd, const char *name, const void *data, size_t length,
		   unsigned flags, struct error *err) must_check;

#endif
