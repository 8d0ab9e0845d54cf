/* SPDX-License-Identifier: Apache-2.0 */
/* Through a process, or mounted here. */
#include "runtime/engine/container_root.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/fsids.h"
#include "runtime/engine/container_ids.h"
#include "runtime/engine/container_process.h"
#include "runtime/engine/container_rootfs.h"
#include "runtime/engine/container_shifted.h"
#include "runtime/engine/container_sources.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/volume_hold.h"

/* The root of a process that is held, so that it is not another's. */
static int open_running(const struct container_state *state, int *fd_out,
			struct error *err)
{
	autoclose int pidfd = -1;
	autoclose int fd = -1;
	struct pollfd ended;
	char path[64];

	if (container_process_open(state, &pidfd, err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/%d/root", (int)state->pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ended = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	if (fd < 0 || poll(&ended, 1, 0) != 0)
		return error_set(err, ERROR_BUSY,
				 "the container has just ended");
	*fd_out = TAKE_FD(fd);
	return 0;
}

static bool is_readonly(const json_t *mount)
{
	return json_is_false(json_object_get(mount, "RW"));
}

/* The target is made as a start would make it. */
static int open_target(int root, const char *path, bool is_folder, int *out,
		       struct error *err)
{
	autofree char *parent = xstrdup(path);
	char *slash = strrchr(parent, '/');
	autoclose int folder = -1;
	autoclose int file = -1;

	*out = fs_open_raw(root, path, FS_IN_ROOT, O_PATH, 0);
	if (*out >= 0 || errno != ENOENT)
		return *out < 0 ? error_sys(err, errno, "open %s", path) : 0;
	if (is_folder)
		return fs_make_dirs(root, path, FS_IN_ROOT, 0755, out, err);
	if (slash)
		*slash = '\0';
	if (fs_make_dirs(root, *parent ? parent : ".", FS_IN_ROOT, 0755,
			 &folder, err) < 0)
		return -1;
	file = openat(folder, slash ? slash + 1 : path,
		      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0644);
	if (file < 0)
		return error_sys(err, errno, "make %s", path);
	return fs_open(root, path, FS_IN_ROOT, O_PATH, 0, out, err);
}

static int attach(int root, const json_t *mount, struct error *err)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	const char *source = spec_string(mount, "Source");
	const char *path = spec_string(mount, "Destination");
	autoclose int tree = open_tree(AT_FDCWD, source,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       AT_RECURSIVE);
	autoclose int target = -1;
	struct stat st;

	/* a detached mount, which older kernels do not clone, is used up */
	if (tree < 0 && errno == EINVAL)
		tree = open(source, O_PATH | O_CLOEXEC);
	if (tree < 0 || fstat(tree, &st) < 0)
		return error_sys(err, errno, "mount %s", source);
	if (is_readonly(mount) &&
	    mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &readonly,
			  sizeof(readonly)) < 0)
		return error_sys(err, errno, "mount %s read-only", source);
	if (open_target(root, path, S_ISDIR(st.st_mode), &target, err) < 0)
		return -1;
	if (move_mount(tree, "", target, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return error_sys(err, errno, "mount %s", path);
	return 0;
}

/* Volumes with options are mounted for this process alone. */
static int mount_volumes(const struct store *store,
			 const struct container *container, struct error *err)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		if (json_is_true(json_object_get(mount, "HasOptions")) &&
		    volume_hold_mount(store, spec_string(mount, "Name"), err) <
			    0)
			return -1;
	}
	return 0;
}

static int attach_all(const struct store *store,
		      const struct container *container, int root,
		      struct error *err)
{
	autoclean(container_sources_release) struct container_sources sources =
		CONTAINER_SOURCES_INIT;
	const json_t *mount;
	size_t index;

	if (mount_volumes(store, container, err) < 0 ||
	    container_sources_open(store, container, &sources, err) < 0)
		return -1;
	json_array_foreach(sources.mounts, index, mount)
	{
		/* a tmpfs has nothing in it before the container runs */
		if (*spec_string(mount, "Source") &&
		    attach(root, mount, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * Mounts can only be attached to what is attached: the overlay goes over the
 * container's own run folder, which only this process then sees so. It is made
 * before: overlayfs takes layers of the own mount namespace only.
 */
static int attach_root(const struct store *store,
		       const struct container *container, int overlay,
		       struct error *err)
{
	autofree char *path = container_state_path(store, container->id);
	autoclose int place = -1;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_sys(err, errno, "make a mount namespace");
	place = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (place < 0 ||
	    move_mount(overlay, "", place, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return error_sys(err, errno, "mount the container's files");
	return 0;
}

static int mount_here(const struct store *store,
		      const struct container *container,
		      struct container_root *out, struct error *err)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	bool is_fixed = json_is_true(
		json_object_get(container->host_config, "ReadonlyRootfs"));
	autoclose int overlay = -1;

	if (container_rootfs_mount(store, container, &overlay, err) < 0 ||
	    attach_root(store, container, overlay, err) < 0 ||
	    attach_all(store, container, overlay, err) < 0)
		return -1;
	if (is_fixed && mount_setattr(overlay, "", AT_EMPTY_PATH, &readonly,
				      sizeof(readonly)) < 0)
		return error_sys(err, errno, "make the root read-only");
	out->fd = openat(overlay, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out->fd < 0)
		return error_sys(err, errno, "open the container's root");
	out->is_mounted = true;
	return 0;
}

/* From now on this process makes files as the container's root does. */
static int become_root(const struct idshift *ids, struct error *err)
{
	uid_t uid = 0;
	gid_t gid = 0;

	if (!ids->uids.count)
		return 0;
	if (!idshift_out(ids, &uid, &gid) || fsids_set(uid, gid) < 0)
		return error_sys(err, errno, "become the container's root");
	return 0;
}

static int take_ids(const struct container *container, struct idshift *out,
		    struct error *err)
{
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;

	if (container_ids_read(container, &maps, err) < 0)
		return -1;
	if (!id_maps_is_identity(&maps))
		container_shifted_convert(&maps, out);
	return become_root(out, err);
}

int container_root_open(const struct store *store,
			const struct container *container,
			struct container_root *out, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	if (state.pid)
		return open_running(&state, &out->fd, err) < 0
			       ? -1
			       : take_ids(container, &out->ids, err);
	if (container_lock_take(store, container, &out->lock, err) < 0)
		return -1;
	if (mount_here(store, container, out, err) < 0 ||
	    container_shifted_ids(container, &out->ids, err) < 0)
		return -1;
	return become_root(&out->ids, err);
}

int container_root_close(const struct container *container,
			 struct container_root *root, struct error *err)
{
	bool owes = root->is_mounted;

	cleanup_close(&root->fd);
	if (owes && container_rootfs_sync(container, err) < 0)
		return -1;
	container_root_release(root);
	return 0;
}

void container_root_release(struct container_root *root)
{
	cleanup_close(&root->fd);
	container_lock_release(&root->lock);
	idshift_release(&root->ids);
	root->is_mounted = false;
}
