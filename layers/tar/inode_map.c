/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map of inodes: open addressing, nothing is ever removed. */
#include "layers/tar/inode_map.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"

static size_t start_of(const struct inode_map *map, dev_t device, ino_t inode)
{
	/* inode numbers are close together: spread them (Fibonacci hashing) */
	uint64_t mixed = ((uint64_t)inode ^ (uint64_t)device << 40) *
			 UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> 20) & (map->slot_count - 1);
}

static struct inode_slot *find(const struct inode_map *map, dev_t device,
			       ino_t inode)
{
	size_t at = start_of(map, device, inode);

	while (map->slots[at].path && (map->slots[at].device != device ||
				       map->slots[at].inode != inode))
		at = (at + 1) & (map->slot_count - 1);
	return &map->slots[at];
}

static void grow(struct inode_map *map)
{
	struct inode_map larger = {
		.slot_count = map->slot_count ? map->slot_count * 2 : 64,
		.count = map->count,
	};

	larger.slots = xcalloc(larger.slot_count, sizeof(*larger.slots));
	for (size_t i = 0; i < map->slot_count; i++)
		if (map->slots[i].path)
			*find(&larger, map->slots[i].device,
			      map->slots[i].inode) = map->slots[i];
	free(map->slots);
	*map = larger;
}

const char *inode_map_meet(struct inode_map *map, dev_t device, ino_t inode,
			   const char *path)
{
	struct inode_slot *slot;

	if (map->count >= map->slot_count / 2)
		grow(map);
	slot = find(map, device, inode);
	if (slot->path)
		return slot->path;
	*slot = (struct inode_slot){ device, inode, xstrdup(path) };
	map->count++;
	return NULL;
}

void inode_map_release(struct inode_map *map)
{
	for (size_t i = 0; i < map->slot_count; i++)
		free(map->slots[i].path);
	free(map->slots);
	*map = (struct inode_map)INODE_MAP_INIT;
}
