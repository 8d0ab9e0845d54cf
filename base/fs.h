/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File access by descriptor. Names that come from outside are resolved by
 * openat2(2) (Linux 5.6) and cannot leave the directory they start from:
 * FS_IN_ROOT treats the directory as "/" (absolute links and ".." stay
 * inside), FS_BENEATH refuses anything that would leave it. Magic links are
 * never followed. Every descriptor is close-on-exec.
 */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/strvec.h"

enum fs_scope {
	FS_IN_ROOT = 0, /* resolve as if chrooted to the directory */
	FS_BENEATH,	/* refuse to leave the directory (DENIED) */
	FS_NO_LINKS,	/* beneath, and no symbolic link anywhere */
};

/*
 * Open PATH under DIRFD within SCOPE with open(2) FLAGS (O_CLOEXEC is added)
 * and MODE when creating. NOT_FOUND, DENIED, EXISTS are worth branching on.
 */
int fs_open(int dirfd, const char *path, enum fs_scope scope, int flags,
	    mode_t mode, int *fd_out, struct error *err) must_check;

/* Like fs_open, but returns the descriptor or -1 with errno set. */
int fs_open_raw(int dirfd, const char *path, enum fs_scope scope, int flags,
		mode_t mode);

/*
 * Open the directory PATH under DIRFD within SCOPE, making missing components
 * with MODE. FD_OUT may be NULL when only the making matters.
 */
int fs_make_dirs(int dirfd, const char *path, enum fs_scope scope, mode_t mode,
		 int *fd_out, struct error *err) must_check;

/* Read a whole regular file under DIRFD (plain openat), at most LIMIT bytes. */
int fs_read_file(int dirfd, const char *name, size_t limit, struct strbuf *out,
		 struct error *err) must_check;

/* Read FD to its end, at most LIMIT bytes (TOO_LARGE beyond). */
int fs_read_fd(int fd, size_t limit, struct strbuf *out,
	       struct error *err) must_check;

/* Write all LENGTH bytes, whatever write(2) takes at a time. */
int fs_write_all(int fd, const void *data, size_t length,
		 struct error *err) must_check;

/* Write all LENGTH bytes at OFFSET. */
int fs_pwrite_all(int fd, const void *data, size_t length, uint64_t offset,
		  struct error *err) must_check;

/* Copy LENGTH bytes between files with copy_file_range, else read/write. */
int fs_copy_range(int from, int to, uint64_t length,
		  struct error *err) must_check;

/*
 * Remove NAME under DIRFD and all below it, never following links and never
 * crossing into another file system (BUSY at a mount point). Absent is fine.
 */
int fs_remove_tree(int dirfd, const char *name, struct error *err) must_check;

/* Read the folder FD by a stream, which owns it from then on. */
int fs_open_stream(int fd, DIR **out, struct error *err) must_check;

/* Store DIR's next entry but "." and "..", or NULL at its end. */
int fs_next(DIR *dir, const struct dirent **out, struct error *err) must_check;

/*
 * Append the names in the folder PATH of DIRFD to OUT, sorted, but "." and
 * "..". A link is not followed; err->sys is ENOENT when there is none.
 */
int fs_list(int dirfd, const char *path, struct strvec *out,
	    struct error *err) must_check;

/* Flush a directory's entries to disk. */
int fs_sync_dir(int dirfd, struct error *err) must_check;

/* Bytes available to this user on the file system of FD. */
int fs_free_bytes(int fd, uint64_t *out, struct error *err) must_check;

/* Whether NAME exists under DIRFD, not following a final link. */
bool fs_exists(int dirfd, const char *name);

#endif
