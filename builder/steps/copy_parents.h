/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY --parents: the folders that a source brings along are made as they are
 * where it lies, with its modes. Those that are there already stay as they
 * are; so does what a link renamed, whose folders are other ones.
 */
#ifndef BUILDER_COPY_PARENTS_H
#define BUILDER_COPY_PARENTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

struct copy_parent {
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
};

struct copy_parents {
	struct copy_parent *items; /* outermost first */
	size_t count;
};

#define COPY_PARENTS_INIT \
	{                 \
		NULL, 0   \
	}

/*
 * Look at the folders of NAME, which lies at PATH below ROOT; at NAME itself
 * too when it IS_FOLDER.
 */
int copy_parents_find(int root, const char *path, const char *name,
		      bool is_folder, struct copy_parents *out,
		      struct error *err) must_check;

/* Free all. */
void copy_parents_release(struct copy_parents *parents);
DEFINE_CLEANUP(struct copy_parents, copy_parents_release)

#endif
