/* SPDX-License-Identifier: Apache-2.0 */
/* Attaching, covering and entering the root. */
#include "runtime/rootfs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "base/fs.h"
#include "runtime/target.h"

static bool propagation_is(const struct runtime_spec *spec, const char *word)
{
	const char *given = spec->rootfs_propagation;

	if (!given || !*given)
		return false;
	return strcmp(*given == 'r' ? given + 1 : given, word) == 0;
}

/*
 * What the host mounts may still come in when the specification says slave or
 * shared; nothing goes out before the final propagation is set.
 */
int rootfs_attach(const struct runtime_spec *spec, int root, const char *place,
		  struct stage_failure *fail)
{
	bool is_slave = propagation_is(spec, "slave") ||
			propagation_is(spec, "shared");
	unsigned long cut_to = is_slave ? MS_SLAVE : MS_PRIVATE;
	struct mount_attr cut = { .propagation = cut_to };

	if (mount(NULL, "/", NULL, MS_REC | cut_to, NULL) < 0)
		return stage_fail(fail, STAGE_PROPAGATION, NULL);
	if ((!place || move_mount(root, "", AT_FDCWD, place,
				  MOVE_MOUNT_F_EMPTY_PATH) < 0) &&
	    move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return stage_fail(fail, STAGE_ROOT, NULL);
	/* a clone of a shared mount is in its peer group still */
	if (mount_setattr(root, "", AT_EMPTY_PATH | AT_RECURSIVE, &cut,
			  sizeof(cut)) < 0)
		return stage_fail(fail, STAGE_PROPAGATION, NULL);
	return 0;
}

int rootfs_open_null(int root)
{
	autoclose int fd = fs_open_raw(root, "dev/null", FS_NO_LINKS,
				       O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)) {
		errno = ENODEV;
		return -1;
	}
	return TAKE_FD(fd);
}

/* Whether PATH is simply not there, or not for us to see. */
static bool is_absent(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == EACCES;
}

/* A read-only clone of what is there, mounted over it. */
static int cover_readonly(int target)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	autoclose int tree = open_tree(target, "",
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       AT_EMPTY_PATH | AT_RECURSIVE);

	if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
				      &readonly, sizeof(readonly)) < 0)
		return -1;
	return target_attach(tree, target);
}

/* One empty, read-only tmpfs serves all covered folders. */
static int make_empty(void)
{
	autoclose int context = fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (context < 0 ||
	    fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
	    fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", "1", 0) < 0 ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(context, FSMOUNT_CLOEXEC,
		       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
			       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

/*
 * The first use attaches the tmpfs itself; only then is it a mount of this
 * namespace, of which older kernels let clones be made.
 */
static int cover_folder(int target, int *empty)
{
	autoclose int tree = -1;

	if (*empty < 0) {
		*empty = make_empty();
		return *empty < 0 ? -1 : target_attach(*empty, target);
	}
	tree = open_tree(*empty, "",
			 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return tree < 0 ? -1 : target_attach(tree, target);
}

static int cover_file(int target, int null_device)
{
	autoclose int tree = open_tree(null_device, "",
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       AT_EMPTY_PATH);

	return tree < 0 ? -1 : target_attach(tree, target);
}

static int mask(int target, int null_device, int *empty)
{
	struct stat st;

	if (fstat(target, &st) < 0)
		return -1;
	return S_ISDIR(st.st_mode) ? cover_folder(target, empty)
				   : cover_file(target, null_device);
}

int rootfs_protect(const struct runtime_spec *spec, int root, int null_device,
		   struct stage_failure *fail)
{
	autoclose int empty = -1;

	for (size_t i = 0; i < spec->readonly_paths.count; i++) {
		const char *path = spec->readonly_paths.items[i];
		autoclose int target = fs_open_raw(root, path, FS_IN_ROOT,
						   O_PATH, 0);

		if (target < 0 && is_absent(errno))
			continue;
		if (target < 0 || cover_readonly(target) < 0)
			return stage_fail(fail, STAGE_READONLY_PATH, path);
	}
	for (size_t i = 0; i < spec->masked_paths.count; i++) {
		const char *path = spec->masked_paths.items[i];
		autoclose int target = fs_open_raw(root, path, FS_IN_ROOT,
						   O_PATH, 0);

		if (target < 0 && is_absent(errno))
			continue;
		if (target < 0 || mask(target, null_device, &empty) < 0)
			return stage_fail(fail, STAGE_MASKED_PATH, path);
	}
	return 0;
}

static unsigned long final_propagation(const struct runtime_spec *spec)
{
	unsigned long recursive = 0;

	if (spec->rootfs_propagation && *spec->rootfs_propagation == 'r')
		recursive = MS_REC;
	if (propagation_is(spec, "slave"))
		return MS_SLAVE | recursive;
	if (propagation_is(spec, "shared"))
		return MS_SHARED | recursive;
	if (propagation_is(spec, "unbindable"))
		return MS_UNBINDABLE | recursive;
	return 0; /* private since it was attached */
}

/* The old root ends up on top of the new one and is taken off it. */
static int pivot(int root)
{
	return fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
			       umount2(".", MNT_DETACH) < 0 || chdir("/") < 0
		       ? -1
		       : 0;
}

/*
 * Without pivot_root(2) the old root stays below the new one. Its /proc and
 * /sys are what could be reached through it, so they go first.
 */
static int move_over(int root)
{
	static const char *const leftovers[] = { "/proc", "/sys" };

	for (size_t i = 0; i < 2; i++)
		if (umount2(leftovers[i], MNT_DETACH) < 0 && errno != EINVAL &&
		    errno != EPERM && errno != ENOENT)
			return -1;
	return fchdir(root) < 0 || chroot(".") < 0 || chdir("/") < 0 ? -1 : 0;
}

int rootfs_enter(const struct runtime_spec *spec, int root, bool no_pivot,
		 struct stage_failure *fail)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	unsigned long propagation = final_propagation(spec);

	if (spec->root_readonly &&
	    mount_setattr(root, "", AT_EMPTY_PATH, &readonly,
			  sizeof(readonly)) < 0)
		return stage_fail(fail, STAGE_ROOT, NULL);
	if ((no_pivot ? move_over(root) : pivot(root)) < 0)
		return stage_fail(fail, STAGE_PIVOT, NULL);
	if (propagation && mount(NULL, "/", NULL, propagation, NULL) < 0)
		return stage_fail(fail, STAGE_PROPAGATION, NULL);
	return 0;
}
