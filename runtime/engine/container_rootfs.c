/* SPDX-License-Identifier: Apache-2.0 */
/* Mounting containers' root file systems. */
#include "runtime/engine/container_rootfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/overlay.h"
#include "layers/store/layer.h"
#include "layers/store/stubs.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_shifted.h"
#include "runtime/idmap.h"

struct lowers {
	int *fds; /* topmost first */
	size_t count;
};

static void lowers_release(struct lowers *lowers)
{
	for (size_t i = 0; i < lowers->count; i++)
		cleanup_close(&lowers->fds[i]);
	free(lowers->fds);
	*lowers = (struct lowers){ NULL, 0 };
}
DEFINE_CLEANUP(struct lowers, lowers_release)

static int open_lowers(const struct store *store,
		       const struct container *container, bool has_stubs,
		       struct lowers *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (jsonx_opt_strings(container->document, "layers", &names, err) < 0)
		return -1;
	out->fds = xcalloc(names.count + 2, sizeof(*out->fds));
	if (container_shifted_open(container, &out->fds[0], err) < 0)
		return -1;
	if (out->fds[0] >= 0) {
		out->count = 1;
		return 0;
	}
	for (size_t i = names.count; i > 0; i--) {
		if (layer_open(store, names.items[i - 1], &out->fds[out->count],
			       err) < 0)
			return -1;
		out->count++;
	}
	if (container_hostroot_path(container)) {
		if (container_hostroot_open(container, &out->fds[out->count],
					    err) < 0)
			return -1;
		out->count++;
	}
	if (!has_stubs)
		return 0;
	if (stubs_open(store, &out->fds[out->count], err) < 0)
		return -1;
	out->count++;
	return 0;
}

static int open_folder(int folder_fd, const char *name, int *fd_out,
		       struct error *err)
{
	*fd_out = openat(folder_fd, name,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd_out < 0)
		return error_sys(err, errno, "open container's %s", name);
	return 0;
}

/*
 * A work folder may carry the mark of a volatile mount that a crash ended;
 * overlayfs refuses it, and nothing in it is worth keeping.
 */
static int fresh_work(int folder_fd, int *fd_out, struct error *err)
{
	if (fs_exists(folder_fd, "work/work") &&
	    fs_remove_tree(folder_fd, "work", err) < 0)
		return -1;
	if (mkdirat(folder_fd, "work", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make overlay work folder");
	return open_folder(folder_fd, "work", fd_out, err);
}

int container_rootfs_mount(const struct store *store,
			   const struct container *container, int *mount_fd_out,
			   struct error *err)
{
	autoclean(lowers_release) struct lowers lowers = { NULL, 0 };
	autoclose int upper = -1;
	autoclose int work = -1;
	struct overlay_plan plan = { .is_volatile = true };

	if (container_hostroot_path(container) &&
	    !container_hostroot_is_overlaid(container))
		return container_hostroot_mount(container, mount_fd_out, err);
	if (open_lowers(store, container, true, &lowers, err) < 0 ||
	    open_folder(container->folder_fd, "upper", &upper, err) < 0 ||
	    fresh_work(container->folder_fd, &work, err) < 0)
		return -1;
	plan.lower_fds = lowers.fds;
	plan.lower_count = lowers.count;
	plan.upper_fd = upper;
	plan.work_fd = work;
	return overlay_mount(&plan, mount_fd_out, err);
}

/* Shifts the ids of the detached mount TREE. */
static int map_tree(int tree, int users, struct error *err)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = (uint64_t)users,
	};

	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
			  sizeof(attr)) < 0)
		return error_sys(err, errno, "map the ids of the files");
	return 0;
}

/* The folder FD as a mount of its own, with its ids shifted. */
static int clone_mapped(int fd, int users, int *out, struct error *err)
{
	autoclose int tree = open_tree(
		fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (tree < 0)
		return error_sys(err, errno, "take a layer's folder");
	if (map_tree(tree, users, err) < 0)
		return -1;
	*out = TAKE_FD(tree);
	return 0;
}

/* Each of LOWERS by its mapped clone, then the container's own folder's. */
static int map_all(const struct lowers *lowers, int folder_fd, int users,
		   struct lowers *out, struct error *err)
{
	out->fds = xcalloc(lowers->count + 1, sizeof(*out->fds));
	for (size_t i = 0; i <= lowers->count; i++) {
		int fd = i < lowers->count ? lowers->fds[i] : folder_fd;

		if (clone_mapped(fd, users, &out->fds[i], err) < 0)
			return -1;
		out->count++;
	}
	return 0;
}

/* Upper and work have to lie in one mount: that of the folder around them. */
static int mount_mapped(const struct store *store,
			const struct container *container,
			const struct id_maps *maps, int users,
			int *mount_fd_out, struct error *err)
{
	autoclean(lowers_release) struct lowers lowers = { NULL, 0 };
	autoclean(lowers_release) struct lowers mapped = { NULL, 0 };
	autoclose int upper = -1;
	autoclose int work = -1;
	struct overlay_plan plan = { .is_volatile = true };
	int folder;

	if (open_lowers(store, container, true, &lowers, err) < 0 ||
	    fresh_work(container->folder_fd, &work, err) < 0 ||
	    map_all(&lowers, container->folder_fd, users, &mapped, err) < 0)
		return -1;
	cleanup_close(&work);
	folder = mapped.fds[lowers.count];
	if (open_folder(folder, "upper", &upper, err) < 0 ||
	    open_folder(folder, "work", &work, err) < 0)
		return -1;
	plan.lower_fds = mapped.fds;
	plan.lower_count = lowers.count;
	plan.upper_fd = upper;
	plan.work_fd = work;
	plan.detached_fds = mapped.fds;
	plan.detached_count = mapped.count;
	if (!id_maps_outside(&maps->uids, 0, &plan.own_uid) ||
	    !id_maps_outside(&maps->gids, 0, &plan.own_gid))
		return error_set(err, ERROR_CORRUPT,
				 "the container has no root");
	return overlay_mount(&plan, mount_fd_out, err);
}

/* Whether what lies at FD can be mounted with mapped ids. */
static int can_map(int fd, int users, bool *out, struct error *err)
{
	autoclose int tree = -1;

	*out = clone_mapped(fd, users, &tree, err) == 0;
	if (*out)
		return 0;
	/* not by an ordinary user, on this file system, or kernel */
	if (err->sys != EPERM && err->sys != EINVAL && err->sys != ENOSYS)
		return -1;
	error_release(err);
	return 0;
}

static int copy_shifted(const struct store *store,
			const struct container *container,
			const struct id_maps *maps, struct error *err)
{
	autoclean(strvec_release) struct strvec ignored = STRVEC_INIT;
	autoclose int begin = -1;

	if (container_rootfs_look(store, container, &begin, &ignored, err) < 0)
		return -1;
	return container_shifted_make(container, maps, begin, err);
}

/* By a mount that shifts ids; else from a copy, made at the first start. */
static int mount_somehow(const struct store *store,
			 const struct container *container,
			 const struct id_maps *maps, int users,
			 int *mount_fd_out, struct error *err)
{
	autoclose int copy = -1;
	bool is_mappable = false;

	if (container_shifted_open(container, &copy, err) < 0)
		return -1;
	if (copy < 0 &&
	    can_map(container->folder_fd, users, &is_mappable, err) < 0)
		return -1;
	if (is_mappable)
		return mount_mapped(store, container, maps, users, mount_fd_out,
				    err);
	if (copy < 0 && copy_shifted(store, container, maps, err) < 0)
		return -1;
	return container_rootfs_mount(store, container, mount_fd_out, err);
}

int container_rootfs_mount_mapped(const struct store *store,
				  const struct container *container,
				  const struct id_maps *maps, int *mount_fd_out,
				  struct error *err)
{
	autoclose int users = -1;

	if (id_maps_is_identity(maps))
		return container_rootfs_mount(store, container, mount_fd_out,
					      err);
	if (idmap_open(&maps->uids, &maps->gids, &users, err) < 0)
		return -1;
	if (!container_hostroot_path(container) ||
	    container_hostroot_is_overlaid(container))
		return mount_somehow(store, container, maps, users,
				     mount_fd_out, err);
	if (container_hostroot_mount(container, mount_fd_out, err) < 0)
		return -1;
	return map_tree(*mount_fd_out, users, err);
}

/* Where the folder FD lies. */
static int add_path(int fd, struct strvec *paths, struct error *err)
{
	char name[32];
	char path[PATH_MAX];
	ssize_t length;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	length = readlink(name, path, sizeof(path) - 1);
	if (length < 0)
		return error_sys(err, errno, "find a layer's folder");
	path[length] = '\0';
	strvec_add(paths, path);
	return 0;
}

int container_rootfs_look(const struct store *store,
			  const struct container *container, int *mount_fd_out,
			  struct strvec *paths_out, struct error *err)
{
	autoclean(lowers_release) struct lowers lowers = { NULL, 0 };
	struct overlay_plan plan = { .upper_fd = -1, .work_fd = -1 };

	if (container_hostroot_path(container) &&
	    !container_hostroot_is_overlaid(container))
		return container_hostroot_mount(container, mount_fd_out, err);
	if (open_lowers(store, container, stubs_exist(store), &lowers, err) < 0)
		return -1;
	if (!lowers.count)
		return error_set(err, ERROR_UNSUPPORTED,
				 "the image has no files");
	for (size_t i = 0; i < lowers.count; i++)
		if (add_path(lowers.fds[i], paths_out, err) < 0)
			return -1;
	/* one alone is no overlay that the kernel would make */
	if (lowers.count == 1) {
		*mount_fd_out = TAKE_FD(lowers.fds[0]);
		return 0;
	}
	plan.lower_fds = lowers.fds;
	plan.lower_count = lowers.count;
	return overlay_mount(&plan, mount_fd_out, err);
}

int container_rootfs_sync(const struct container *container, struct error *err)
{
	if (syncfs(container->folder_fd) < 0)
		return error_sys(err, errno, "flush container %s",
				 container->id);
	return 0;
}
