/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisory locks on files (flock), freed by the kernel when the holder dies.
 * The holder's pid stands in the file, so that a waiter can say who it waits
 * for. The file is never removed while locked; after locking, its inode is
 * compared with the name's, so a removed and remade file is noticed.
 */
#ifndef BASE_LOCKFILE_H
#define BASE_LOCKFILE_H

#include "base/error.h"

enum lockfile_mode {
	LOCKFILE_NONE = 0,
	LOCKFILE_SHARED,
	LOCKFILE_EXCLUSIVE,
};

struct lockfile {
	int fd; /* -1: not held */
};

#define LOCKFILE_INIT \
	{             \
		-1    \
	}

/*
 * Lock NAME under DIRFD, waiting at most TIMEOUT_MS milliseconds (0: do not
 * wait, negative: for ever). BUSY, naming the holder, when time ran out.
 */
int lockfile_acquire(struct lockfile *lock, int dirfd, const char *name,
		     enum lockfile_mode mode, int timeout_ms,
		     struct error *err) must_check;

/* Unlock; not held is fine. */
void lockfile_release(struct lockfile *lock);
DEFINE_CLEANUP(struct lockfile, lockfile_release)

#endif
