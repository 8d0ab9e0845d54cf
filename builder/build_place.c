/* SPDX-License-Identifier: Apache-2.0 */
/* A build's own folders. */
#include "builder/build_place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strvec.h"
#include "runtime/engine/container_delete.h"

#define WORK "cache/work"
#define BUILDS "builds"

/* A container of a killed build: it runs, or stands about. */
static void sweep_container(const struct store *store, const char *id)
{
	static const struct container_delete how = { .is_forced = true };
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (container_load(store, id, &container, &ignored) < 0)
		return;
	/* what cannot be removed now is seen by `ps -a` */
	if (container_delete(store, &container, &how, &ignored) < 0)
		error_release(&ignored);
}

/* What the build NAME left; the caller holds its lock. */
static void sweep_one(const struct store *store, const char *name)
{
	autofree char *scratch = xasprintf(WORK "/%s", name);
	autofree char *secret = xasprintf(BUILDS "/%s", name);
	autofree char *containers = xasprintf(WORK "/%s/containers", name);
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (store_list(store, containers, &ids, &ignored) < 0)
		error_release(&ignored);
	for (size_t i = 0; i < ids.count; i++)
		sweep_container(store, ids.items[i]);
	if (fs_remove_tree(store->run_fd, secret, &ignored) < 0)
		error_release(&ignored); /* the next one tries again */
	if (fs_remove_tree(store->root_fd, scratch, &ignored) < 0)
		error_release(&ignored);
}

/* Builds that do not live any more. */
void build_place_sweep(const struct store *store)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (store_list(store, WORK, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		autoclean(lockfile_release) struct lockfile lock =
			LOCKFILE_INIT;
		autofree char *path = xasprintf(WORK "/%s", names.items[i]);
		autoclose int fd = openat(store->root_fd, path,
					  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 ||
		    lockfile_acquire(&lock, fd, "lock", LOCKFILE_EXCLUSIVE, 0,
				     &ignored) < 0) {
			error_release(&ignored);
			continue;
		}
		sweep_one(store, names.items[i]);
	}
}

static int make_folder(int parent, const char *path, int *fd_out,
		       struct error *err)
{
	return fs_make_dirs(parent, path, FS_NO_LINKS, 0700, fd_out, err);
}

int build_place_open(struct store *store, struct build_place *out,
		     struct error *err)
{
	autoclean(build_place_close) struct build_place place =
		BUILD_PLACE_INIT;
	unsigned long long number;
	autofree char *scratch = NULL;
	autofree char *secret = NULL;

	build_place_sweep(store);
	if (getrandom(&number, sizeof(number), 0) < 0)
		return error_sys(err, errno, "get random bytes");
	place.store = store;
	place.name = xasprintf("%d-%016llx", (int)getpid(), number);
	scratch = xasprintf(WORK "/%s", place.name);
	secret = xasprintf(BUILDS "/%s", place.name);
	place.scratch_path = xasprintf("%s/%s", store->root, scratch);
	place.secret_path = xasprintf("%s/%s", store->run, secret);
	if (make_folder(store->root_fd, scratch, &place.scratch_fd, err) < 0 ||
	    lockfile_acquire(&place.lock, place.scratch_fd, "lock",
			     LOCKFILE_EXCLUSIVE, 0, err) < 0 ||
	    make_folder(place.scratch_fd, "containers", NULL, err) < 0 ||
	    make_folder(store->run_fd, secret, &place.secret_fd, err) < 0)
		return error_wrap(err, "make the build's folders");
	*out = place;
	place = (struct build_place)BUILD_PLACE_INIT;
	return 0;
}

int build_place_claim(const struct build_place *place, const char *id,
		      struct error *err)
{
	autofree char *path = xasprintf("containers/%s", id);
	autoclose int fd = openat(place->scratch_fd, path,
				  O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? error_sys(err, errno, "note a container") : 0;
}

void build_place_disclaim(const struct build_place *place, const char *id)
{
	autofree char *path = xasprintf("containers/%s", id);

	if (unlinkat(place->scratch_fd, path, 0) < 0)
		errno = 0; /* one that is gone is swept as one that is gone */
}

void build_place_close(struct build_place *place)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *scratch = xasprintf(WORK "/%s",
					   place->name ? place->name : "");
	autofree char *secret = xasprintf(BUILDS "/%s",
					  place->name ? place->name : "");

	cleanup_close(&place->secret_fd);
	cleanup_close(&place->scratch_fd);
	if (place->name) {
		/* what stays is swept by the next build */
		if (fs_remove_tree(place->store->run_fd, secret, &ignored) < 0)
			error_release(&ignored);
		if (fs_remove_tree(place->store->root_fd, scratch, &ignored) <
		    0)
			error_release(&ignored);
	}
	lockfile_release(&place->lock);
	free(place->name);
	free(place->scratch_path);
	free(place->secret_path);
	*place = (struct build_place)BUILD_PLACE_INIT;
}
