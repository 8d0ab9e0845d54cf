/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of namespaces and mounts. Each is made in a child of its own, whose
 * exit status is the errno it failed with: namespaces, and mounts in them, are
 * gone with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/overlay.h"
#include "runtime/doctor/doctor_parts.h"
#include "runtime/idmap.h"

/* A temporary folder with what an overlay wants in it. */
struct workshop {
	int parent;
	char *path;
};

#define WORKSHOP_INIT    \
	{                \
		-1, NULL \
	}

enum { LOWER, LOWEST, UPPER, WORK, FOLDERS };

static const char *const folders[FOLDERS] = { "lower", "lowest", "upper",
					      "work" };

/* What stays is a few empty folders with a telling name. */
static void clear(const struct workshop *shop)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (shop->path &&
	    fs_remove_tree(shop->parent, strrchr(shop->path, '/') + 1,
			   &ignored) < 0)
		error_release(&ignored);
}

static void workshop_release(struct workshop *shop)
{
	clear(shop);
	cleanup_close(&shop->parent);
	free(shop->path);
}
DEFINE_CLEANUP(struct workshop, workshop_release)

static int make_in(const char *parent, struct workshop *out)
{
	out->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->parent < 0)
		return -1;
	out->path = xasprintf("%s/.doctor-XXXXXX", parent);
	if (mkdtemp(out->path))
		return 0;
	free(TAKE_PTR(out->path));
	cleanup_close(&out->parent);
	out->parent = -1;
	return -1;
}

/* In the store, whose file system is the one that counts; else in /tmp. */
static int workshop_open(const char *store, struct workshop *out)
{
	if (make_in(store, out) < 0 && make_in("/tmp", out) < 0)
		return -1;
	for (size_t i = 0; i < FOLDERS; i++) {
		autofree char *path = xasprintf("%s/%s", out->path, folders[i]);

		if (mkdir(path, 0700) < 0)
			return -1;
	}
	return 0;
}

/* Opened where it is used: an overlay takes its own namespace's folders. */
static int open_folder(const struct workshop *shop, size_t which)
{
	autofree char *path = xasprintf("%s/%s", shop->path, folders[which]);

	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

typedef int trial_function(const struct workshop *shop);

/* What TRIAL, which returns an errno, says in a child of its own. */
static int try_in_child(trial_function *trial, const struct workshop *shop)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(trial(shop));
	if (child < 0)
		return errno;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int put(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;
}

/* As root of a namespace in which this user's own id is all there is. */
static int try_user_namespace(const struct workshop *shop)
{
	autofree char *uids = xasprintf("0 %u 1", (unsigned)geteuid());
	autofree char *gids = xasprintf("0 %u 1", (unsigned)getegid());
	int failed;

	(void)shop;
	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	failed = put("/proc/self/setgroups", "deny");
	if (!failed)
		failed = put("/proc/self/uid_map", uids);
	if (!failed)
		failed = put("/proc/self/gid_map", gids);
	/* Ubuntu's AppArmor lets it be made, and be good for nothing */
	if (!failed && unshare(CLONE_NEWNS) < 0)
		failed = errno;
	return failed;
}

static int mount_overlay(const struct workshop *shop, bool userxattr)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int upper = open_folder(shop, UPPER);
	autoclose int work = open_folder(shop, WORK);
	autoclose int lower = open_folder(shop, LOWER);
	autoclose int lowest = open_folder(shop, LOWEST);
	const int lowers[] = { lower, lowest };
	struct overlay_plan plan = {
		.lower_fds = lowers,
		.lower_count = 2,
		.upper_fd = upper,
		.work_fd = work,
		.is_volatile = true,
		.userxattr = userxattr,
		.way = OVERLAY_KERNEL,
	};
	autoclose int fd = -1;

	if (upper < 0 || work < 0 || lower < 0 || lowest < 0)
		return errno;
	if (overlay_mount(&plan, &fd, &err) == 0)
		return 0;
	if (err.sys)
		return err.sys;
	return err.kind == ERROR_UNSUPPORTED ? ENODEV : EIO;
}

static int try_overlay(const struct workshop *shop)
{
	return mount_overlay(shop, false);
}

static int try_overlay_user(const struct workshop *shop)
{
	int failed = try_user_namespace(shop);

	if (!failed)
		failed = mount_overlay(shop, true);
	/* what overlayfs made only root, as here, may look into */
	clear(shop);
	return failed;
}

static int try_idmapped(const struct workshop *shop)
{
	struct runtime_id_map item = { .container = 0,
				       .host = 1000,
				       .size = 1 };
	struct runtime_id_maps maps = { .items = &item, .count = 1 };
	autoclean(error_release) struct error err = ERROR_INIT;
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	autoclose int tree = open_tree(AT_FDCWD, shop->path,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	autoclose int map = -1;

	if (tree < 0)
		return errno;
	if (idmap_open(&maps, &maps, &map, &err) < 0)
		return err.sys ? err.sys : EIO;
	attr.userns_fd = (uint64_t)map;
	return mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0
		       ? errno
		       : 0;
}

void doctor_probe_mounts(struct doctor_facts *facts)
{
	autoclean(workshop_release) struct workshop shop = WORKSHOP_INIT;

	facts->overlay = facts->overlay_user = facts->idmapped_mounts =
		DOCTOR_UNTRIED;
	facts->user_namespace = try_in_child(try_user_namespace, NULL);
	if (workshop_open(facts->store, &shop) < 0)
		return;
	if (facts->is_root) {
		facts->overlay = try_in_child(try_overlay, &shop);
		facts->idmapped_mounts = try_in_child(try_idmapped, &shop);
	} else if (!facts->user_namespace) {
		facts->overlay_user = try_in_child(try_overlay_user, &shop);
	}
}
