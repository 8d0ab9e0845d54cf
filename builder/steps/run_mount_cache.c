/* SPDX-License-Identifier: Apache-2.0 */
/* Caches that outlive builds. */
#include "builder/steps/run_mount_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "builder/cache_mount.h"
#include "builder/steps/step_files.h"
#include "layers/tar/tree_copy.h"

enum { PRIVATE_MOST = 64, LOCK_WAIT_MS = -1 };

static int take_lock(struct step_mounts_ready *out, int folder,
		     const char *name, enum lockfile_mode mode, int timeout,
		     struct error *err)
{
	struct lockfile lock = LOCKFILE_INIT;

	if (lockfile_acquire(&lock, folder, name, mode, timeout, err) < 0)
		return -1;
	out->locks = xreallocarray(out->locks, out->lock_count + 1,
				   sizeof(*out->locks));
	out->locks[out->lock_count++] = lock;
	return 0;
}

/* The folder's data: a private one has a number while others are in use. */
static int choose(const struct run_mount *mount, int folder,
		  struct step_mounts_ready *out, char **name_out,
		  struct error *err)
{
	*name_out = xstrdup("data");
	if (mount->sharing == RUN_MOUNT_LOCKED)
		return take_lock(out, folder, "lock", LOCKFILE_EXCLUSIVE,
				 LOCK_WAIT_MS, err);
	if (mount->sharing != RUN_MOUNT_PRIVATE)
		return take_lock(out, folder, "lock", LOCKFILE_SHARED,
				 LOCK_WAIT_MS, err);
	for (unsigned i = 0; i < PRIVATE_MOST; i++) {
		autofree char *lock = i ? xasprintf("lock-%u", i)
					: xstrdup("lock");

		if (take_lock(out, folder, lock, LOCKFILE_EXCLUSIVE, 0, err) ==
		    0) {
			free(*name_out);
			*name_out = i ? xasprintf("data-%u", i)
				      : xstrdup("data");
			return 0;
		}
		if (err->kind != ERROR_BUSY)
			return -1;
		error_release(err);
	}
	return error_set(err, ERROR_BUSY, "the cache is in use too often");
}

/* What a new cache begins with: the files of another stage or image. */
static int fill(const struct step_mounts_request *request, size_t index, int to,
		struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	const struct step_source *source = &request->sources[index];
	struct tree_copy copy = { .to = to, .keeps_owners = true };
	const char *part = mount->source ? mount->source : ".";
	autoclose int view = -1;
	autoclose int from = -1;
	uint64_t bytes;

	if (!mount->from)
		return 0;
	if (!source->context && step_files_look(request->build->store,
						&source->image, &view, err) < 0)
		return -1;
	if (fs_open(source->context ? source->context->folder : view, part,
		    FS_IN_ROOT, O_RDONLY | O_DIRECTORY, 0, &from, err) < 0)
		return error_wrap(err, "%s%s", source->place, part);
	copy.from = from;
	return tree_copy(&copy, &bytes, err);
}

/* Made whole under another name: a killed build leaves no half cache. */
static int make_data(const struct step_mounts_request *request, size_t index,
		     int folder, const char *name, struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	autofree char *fresh = xasprintf(".new-%s-%u", request->place->name,
					 request->step);
	autoclose int fd = -1;

	if (fs_exists(folder, name))
		return 0;
	if (fs_remove_tree(folder, fresh, err) < 0 ||
	    fs_make_dirs(folder, fresh, FS_NO_LINKS, 0755, NULL, err) < 0 ||
	    fs_open(folder, fresh, FS_NO_LINKS, O_RDONLY | O_DIRECTORY, 0, &fd,
		    err) < 0 ||
	    fill(request, index, fd, err) < 0)
		return -1;
	if (fchown(fd, mount->uid < 0 ? 0 : (uid_t)mount->uid,
		   mount->gid < 0 ? 0 : (gid_t)mount->gid) < 0 ||
	    fchmod(fd, mount->mode < 0 ? 0755 : (mode_t)mount->mode) < 0)
		return error_sys(err, errno, "make a cache");
	if (renameat2(folder, fresh, folder, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EEXIST)
		return error_sys(err, errno, "make a cache");
	return fs_remove_tree(folder, fresh, err); /* another was faster */
}

static const char *id_of(const struct run_mount *mount, const char *target)
{
	return mount->id ? mount->id : target;
}

int run_mount_cache(const struct step_mounts_request *request, size_t index,
		    const char *target, struct step_mounts_ready *out,
		    struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	const char *id = id_of(mount, target);
	struct digest digest;
	autofree char *path = NULL;
	autofree char *name = NULL;
	autoclose int folder = -1;

	hasher_digest(DIGEST_SHA256, id, strlen(id), &digest);
	path = xasprintf(CACHE_MOUNTS "/%s", digest_hex(&digest));
	if (store_folder(request->build->store, path, &folder, err) < 0 ||
	    choose(mount, folder, out, &name, err) < 0 ||
	    cache_mount_note(folder, id, err) < 0 ||
	    make_data(request, index, folder, name, err) < 0)
		return error_wrap(err, "cache %s", id);
	(void)json_array_append_new(
		out->mounts,
		json_pack("{s:s,s:o,s:s,s:s,s:b,s:s}", "Type", "bind", "Source",
			  json_sprintf("%s/%s/%s", request->build->store->root,
				       path, name),
			  "Destination", target, "Mode", "", "RW",
			  (int)!mount->read_only, "Propagation", "rprivate"));
	return 0;
}
