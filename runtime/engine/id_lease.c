/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a free range of ids. */
#include "runtime/engine/id_lease.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/lockfile.h"
#include "layers/store/container_folder.h"

static const char folder_name[] = "idranges";

enum { LOCK_WAIT_MS = 10000, NAME_MAX_BYTES = 128 };

struct leases {
	struct id_lease *items;
	size_t count;
};

static void leases_release(struct leases *leases)
{
	free(leases->items);
}
DEFINE_CLEANUP(struct leases, leases_release)

/* What begins at FIRST ends before the lease's or begins behind it. */
static bool touches(const struct id_lease *lease, bool is_group, uint64_t first,
		    uint32_t size)
{
	uint64_t other = is_group ? lease->gid : lease->uid;

	return first < other + lease->size && other < first + size;
}

static const struct id_lease *find_touching(const struct id_lease *leases,
					    size_t count, bool is_group,
					    uint64_t first, uint32_t size)
{
	for (size_t i = 0; i < count; i++)
		if (touches(&leases[i], is_group, first, size))
			return &leases[i];
	return NULL;
}

bool id_lease_choose(const struct idranges *ranges,
		     const struct id_lease *leases, size_t count, bool is_group,
		     struct id_lease *out)
{
	for (size_t i = 0; i < ranges->count; i++) {
		uint64_t first = ranges->items[i].outside;
		uint64_t end = first + ranges->items[i].count;

		while (first + out->size <= end) {
			const struct id_lease *taken = find_touching(
				leases, count, is_group, first, out->size);

			if (!taken) {
				*(is_group ? &out->gid
					   : &out->uid) = (uint32_t)first;
				return true;
			}
			first = (uint64_t)(is_group ? taken->gid : taken->uid) +
				taken->size;
		}
	}
	return false;
}

/* Adds what NAME says unless its container is gone; false then. */
static bool add(const struct store *store, const char *name,
		struct leases *leases)
{
	struct id_lease lease;
	int length = 0;
	autofree char *path = NULL;

	if (sscanf(name, "%10u-%10u-%10u-%n", &lease.uid, &lease.gid,
		   &lease.size, &length) != 3 ||
	    !length || !name[length] || strchr(name + length, '/'))
		return false;
	path = container_folder_path(name + length);
	if (!fs_exists(store->root_fd, path))
		return false;
	leases->items = xreallocarray(leases->items, leases->count + 1,
				      sizeof(*leases->items));
	leases->items[leases->count++] = lease;
	return true;
}

static int read_all(const struct store *store, int folder, bool is_draft,
		    struct leases *out, struct error *err)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *at;

	if (!dir)
		return error_sys(err, errno, "read the ranges of ids");
	while ((at = readdir(dir))) {
		if (at->d_name[0] == '.' || add(store, at->d_name, out))
			continue;
		if (!is_draft)
			(void)unlinkat(folder, at->d_name, 0); /* next time */
	}
	(void)closedir(dir); /* only read */
	return 0;
}

static int note(int folder, const char *container, const struct id_lease *lease,
		struct error *err)
{
	char name[NAME_MAX_BYTES];
	autoclose int fd = -1;

	(void)snprintf(name, sizeof(name), "%u-%u-%u-%s", lease->uid,
		       lease->gid, lease->size, container);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_sys(err, errno, "note a range of ids");
	return 0;
}

int id_lease_take(const struct store *store, const char *container,
		  const struct idranges *uids, const struct idranges *gids,
		  bool is_draft, struct id_lease *out, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(leases_release) struct leases leases = { NULL, 0 };
	autoclose int folder = -1;

	if (!is_draft || fs_exists(store->root_fd, folder_name)) {
		if (store_folder(store, folder_name, &folder, err) < 0 ||
		    lockfile_acquire(&lock, folder, ".lock", LOCKFILE_EXCLUSIVE,
				     LOCK_WAIT_MS, err) < 0 ||
		    read_all(store, folder, is_draft, &leases, err) < 0)
			return -1;
	}
	if (!id_lease_choose(uids, leases.items, leases.count, false, out) ||
	    !id_lease_choose(gids, leases.items, leases.count, true, out))
		return error_set(err, ERROR_BUSY,
				 "no %u ids are free for another container",
				 out->size);
	return is_draft ? 0 : note(folder, container, out, err);
}
