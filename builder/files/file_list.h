/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that a COPY, an ADD or a bind mount reads: found once, and then
 * the same list is hashed for the step's key, told of by `build --why`, and
 * copied. What has changed between finding and copying makes the copy fail, so
 * that nothing is ever kept under the key of other contents.
 *
 * Roots are directories held by descriptors; every path is resolved below its
 * root, and no link in a tree is followed. A list belongs to one thread.
 */
#ifndef BUILDER_FILE_LIST_H
#define BUILDER_FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/error.h"
#include "builder/language/ignore.h"

enum { FILE_DIGEST_BYTES = 32 };

struct file_item {
	char *from; /* below the root; "." for the root itself */
	char *to;   /* below the destination; "" for the destination itself */
	char *link; /* a symbolic link's target, or NULL */
	struct stat st;
	size_t parent;	 /* the index of its folder's item; own index: none */
	bool is_ignored; /* a folder, only there for what is in it */
	unsigned char digest[FILE_DIGEST_BYTES]; /* of a file's contents */
};

struct file_list {
	struct file_item *items; /* folders before what is in them */
	size_t count;
	size_t allocated;
};

#define FILE_LIST_INIT     \
	{                  \
		NULL, 0, 0 \
	}

/* Where a walk begins, and what it leaves out. */
struct file_walk {
	int root;
	const char *from; /* below ROOT, no link at its end */
	const char *to;	  /* what it is called below the destination */
	const struct ignore *ignore;   /* of paths below ROOT; or NULL */
	const struct ignore *excludes; /* of paths below FROM; or NULL */
};

/*
 * Append FROM and, when it is a folder, all that is in it, sorted. Sockets and
 * what the kernel mounts are left out. NOT_FOUND when FROM is not there.
 */
int file_list_walk(const struct file_walk *walk, struct file_list *list,
		   struct error *err) must_check;

/* Free all and start empty again. */
void file_list_release(struct file_list *list);
DEFINE_CLEANUP(struct file_list, file_list_release)

#endif
