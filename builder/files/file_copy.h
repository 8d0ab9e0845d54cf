/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies the files of a list (file_list.h) into a directory: what COPY does.
 * Folders merge with what is there: the destination itself keeps its
 * attributes, a folder in it gets those of the one that is copied. A file takes
 * another file's place, and neither takes the other's. Times and portable
 * attributes come along; owners and modes are as asked for, or as they were.
 *
 * A file that is not what the list says any more makes the copy fail.
 */
#ifndef BUILDER_FILE_COPY_H
#define BUILDER_FILE_COPY_H

#include <stdint.h>

#include "builder/files/file_list.h"
#include "builder/files/mode_change.h"

struct file_copy {
	const struct file_list *list;
	size_t first, count; /* of the items */
	int root;	     /* where they are read; borrowed */
	int to;		     /* directory; borrowed */
	bool keeps_owners;   /* UID and GID are not asked */
	uid_t uid;
	gid_t gid;
	const struct mode_change *mode; /* NULL: modes stay */
};

/*
 * Copy. INVALID when a file would have to replace a folder or the other way
 * round; BUSY when a file has changed since it was listed.
 */
int file_copy(const struct file_copy *request, struct error *err) must_check;

#endif
