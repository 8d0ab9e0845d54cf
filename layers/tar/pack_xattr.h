/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extended attributes of a file that belong into an archive, sorted by
 * name: file capabilities, the user's own, ACLs. Labels of this host's security
 * modules and what overlayfs keeps for itself stay behind.
 */
#ifndef LAYERS_TAR_PACK_XATTR_H
#define LAYERS_TAR_PACK_XATTR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "layers/tar/entry_policy.h"

struct pack_xattrs {
	struct entry_xattr *items; /* names and values point into memory */
	size_t count;
	char *names;
};

#define PACK_XATTRS_INIT      \
	{                     \
		NULL, 0, NULL \
	}

/* Whether attribute NAME is for archives. */
bool pack_xattr_is_portable(const char *name);

/* Read those of the file or directory FD. */
int pack_xattrs_read(struct pack_xattrs *xattrs, int fd,
		     struct error *err) must_check;

/*
 * Copy those of FROM that a tree of ours may have to the file or directory TO.
 * What the file system there has no room for is left out.
 */
int pack_xattrs_copy(int from, int to, struct error *err) must_check;

/* Free everything. */
void pack_xattrs_release(struct pack_xattrs *xattrs);
DEFINE_CLEANUP(struct pack_xattrs, pack_xattrs_release)

#endif
