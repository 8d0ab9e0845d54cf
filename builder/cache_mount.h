/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cache of RUN --mount=type=cache from outside of a build, for carrying it
 * away and back:
 *
 *   cache/mounts/<digest of the id>/cache.json   {"id"}
 *                                   lock         held by who uses it
 *                                   data         what is in it
 *                                   data-<n>     of private ones in use
 *                                   .import      a new one on its way
 *
 * An open cache is locked: no step that mounts it runs meanwhile.
 */
#ifndef BUILDER_CACHE_MOUNT_H
#define BUILDER_CACHE_MOUNT_H

#include "base/lockfile.h"
#include "layers/store/store.h"

/* Where caches lie in the store. */
#define CACHE_MOUNTS "cache/mounts"

struct cache_mount {
	int folder;
	struct lockfile lock;
};

#define CACHE_MOUNT_INIT          \
	{                         \
		-1, LOCKFILE_INIT \
	}

/*
 * Open and lock the cache that ID means: an id of a mount, or the beginning of
 * what `builder du` lists. Waits for who uses it. NOT_FOUND when there is none.
 */
int cache_mount_open(const struct store *store, const char *id,
		     struct cache_mount *out, struct error *err) must_check;

/* The same for the id of a mount, which is made when there is none. */
int cache_mount_make(const struct store *store, const char *id,
		     struct cache_mount *out, struct error *err) must_check;

/* Note in FOLDER what its cache is called, or that it is used now. */
int cache_mount_note(int folder, const char *id, struct error *err) must_check;

/* What is in it. NOT_FOUND when nothing ever was. */
int cache_mount_data(const struct cache_mount *mount, int *fd_out,
		     struct error *err) must_check;

/* An empty folder for what is to be in it. */
int cache_mount_begin(const struct cache_mount *mount, int *fd_out,
		      struct error *err) must_check;

/* That folder is what is in it from now on; what was goes. */
int cache_mount_replace(const struct cache_mount *mount,
			struct error *err) must_check;

/* Drop what was begun, unlock, close. */
void cache_mount_close(struct cache_mount *mount);
DEFINE_CLEANUP(struct cache_mount, cache_mount_close)

#endif
