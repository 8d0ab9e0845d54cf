/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the world what the names in a Dockerfile mean: for `lock`, which
 * writes it down, and `lock --check`, which only compares, by HEAD requests.
 */
#ifndef CMD_BUILD_LOCK_H
#define CMD_BUILD_LOCK_H

#include "base/strvec.h"
#include "builder/lock/lock_file.h"
#include "cmd/context.h"

/* Where the lock of Dockerfile FILE (NULL: PATH/Dockerfile) is; the caller's.
 */
char *build_lock_path(const char *file, const char *path)
	__attribute__((returns_nonnull));

/* Read the lock PATH. NOT_FOUND when there is none. */
int build_lock_read(const char *path, struct lock_file *out,
		    struct error *err) must_check;

/* Lock image NAME: its digest, and that of each platform. */
int build_lock_image(struct context *context, const char *name,
		     struct lock_file *lock, struct error *err) must_check;

/* Lock the file URL: fetched once, for its digest. */
int build_lock_url(struct context *context, const char *url,
		   struct lock_file *lock, struct error *err) must_check;

/* Lock the git tree URL: the commit that it means. */
int build_lock_git(struct context *context, const char *url,
		   struct lock_file *lock, struct error *err) must_check;

/* Append a line to MOVED when image NAME means something else than LOCK says.
 */
int build_lock_check_image(struct context *context, const char *name,
			   const struct lock_file *lock, struct strvec *moved,
			   struct error *err) must_check;

/* The same for a file: by its etag. */
int build_lock_check_url(struct context *context, const char *url,
			 const struct lock_file *lock, struct strvec *moved,
			 struct error *err) must_check;

/* The same for a git tree. */
int build_lock_check_git(struct context *context, const char *url,
			 const struct lock_file *lock, struct strvec *moved,
			 struct error *err) must_check;

#endif
