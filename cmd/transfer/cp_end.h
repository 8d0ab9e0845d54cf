/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a `cp`: a path on this machine or in a container, looked up by
 * descriptor. What is in a container is resolved below its root only.
 */
#ifndef CMD_CP_END_H
#define CMD_CP_END_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/* Where paths are looked up. */
struct cp_place {
	int root;	       /* a container's; -1: this machine */
	const char *container; /* as the user named it; NULL with that */
};

struct cp_end {
	int parent; /* the directory that has it */
	char *name; /* in there; "." when PARENT is the thing itself */
	char *base; /* the path's last component, "" for a root */
	bool exists;
	bool wants_folder;   /* the path ended with a slash */
	bool wants_contents; /* it ended with "/." */
	struct stat st;	     /* when it exists; a link's own unless followed */
};

#define CP_END_INIT          \
	{                    \
		.parent = -1 \
	}

/*
 * Look PATH up. FOLLOWS: a link at its end counts as what it leads to, as it
 * does behind a slash anyway. NOT_FOUND when the directory it would be in is
 * not there; that it is not there itself says `exists`.
 */
int cp_end_find(const struct cp_place *place, const char *path, bool follows,
		struct cp_end *out, struct error *err) must_check;

/* The error that PATH is not in PLACE. */
int cp_end_missing(const struct cp_place *place, const char *path,
		   struct error *err);

/* Free it. */
void cp_end_release(struct cp_end *end);
DEFINE_CLEANUP(struct cp_end, cp_end_release)

#endif
