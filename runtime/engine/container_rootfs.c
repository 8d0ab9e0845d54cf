/* SPDX-License-Identifier: Apache-2.0 */
/* Mounting containers' root file systems. */
#include "runtime/engine/container_rootfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/overlay.h"
#include "layers/store/layer.h"
#include "layers/store/stubs.h"
#include "runtime/engine/container_hostroot.h"

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
