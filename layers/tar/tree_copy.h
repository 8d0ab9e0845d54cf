/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies a file or a tree from one directory into another, each held by a
 * descriptor: `cp`. Directories merge with what is there, a file takes another
 * file's place, and neither takes the other's. Modes, times and portable
 * attributes come along, and owners if asked for; hard links within the tree
 * stay together.
 *
 * Both trees may be hostile and in use: every directory is opened below its
 * root without following a link, every file without following one, and a path
 * that changes meanwhile makes the copy fail, never leave. Sockets are left
 * out, and what the kernel mounts (/proc, /sys) counts as empty.
 */
#ifndef LAYERS_TAR_TREE_COPY_H
#define LAYERS_TAR_TREE_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/idshift.h"

struct tree_copy {
	int from; /* directory; borrowed */
	const char
		*from_name;  /* one component in it; NULL: all that is in it */
	int to;		     /* directory; borrowed */
	const char *to_name; /* what it is called there; NULL with that */
	bool keeps_owners;   /* else everything becomes UID:GID */
	uid_t uid;
	gid_t gid;
	const struct idshift *from_ids; /* owners there; or NULL */
	const struct idshift *to_ids;	/* and here */
	bool has_strangers; /* who has no id here becomes 0, else it fails */
};

/*
 * Copy; the bytes of all files go to *BYTES_OUT. INVALID when a file would
 * have to replace a directory or the other way round.
 */
int tree_copy(const struct tree_copy *request, uint64_t *bytes_out,
	      struct error *err) must_check;

#endif
