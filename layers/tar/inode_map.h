/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers under which path an inode was first seen, to tell hard links.
 *
 * Only inodes with more than one link need be asked about, so the map stays
 * small. It owns copies of the paths.
 */
#ifndef LAYERS_TAR_INODE_MAP_H
#define LAYERS_TAR_INODE_MAP_H

#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct inode_slot {
	dev_t device;
	ino_t inode;
	char *path; /* NULL: free */
};

struct inode_map {
	struct inode_slot *slots;
	size_t slot_count;
	size_t count;
};

#define INODE_MAP_INIT     \
	{                  \
		NULL, 0, 0 \
	}

/*
 * The path under which DEVICE:INODE was added before (borrowed), or NULL after
 * adding it as PATH.
 */
const char *inode_map_meet(struct inode_map *map, dev_t device, ino_t inode,
			   const char *path);

/* Free everything. */
void inode_map_release(struct inode_map *map);
DEFINE_CLEANUP(struct inode_map, inode_map_release)

#endif
