/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts the view of the control groups. */
#include "runtime/cgroup_view.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fs.h"
#include "runtime/mount_exec.h"
#include "runtime/target.h"

static const char top[] = "/sys/fs/cgroup";

bool cgroup_view_is_unified(void)
{
	struct statfs st;

	return statfs(top, &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC;
}

/* A private clone of the group at PATH with OP's attributes. */
static int clone_group(const char *path, const struct mount_op *op)
{
	struct mount_attr attributes = {
		.attr_set = op->options.own.set,
		.propagation = MS_PRIVATE,
	};
	autoclose int tree = open_tree(AT_FDCWD, path,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct statfs st;

	if (tree < 0 || fstatfs(tree, &st) < 0)
		return -1;
	if (st.f_type != CGROUP_SUPER_MAGIC &&
	    st.f_type != CGROUP2_SUPER_MAGIC) {
		errno = ENOENT;
		return -1;
	}
	if (mount_setattr(tree, "", AT_EMPTY_PATH, &attributes,
			  sizeof(attributes)) < 0)
		return -1;
	return TAKE_FD(tree);
}

/* This process's line of /proc/self/cgroup, taken apart in place. */
struct membership {
	const char *name; /* folder below the top: "cpu,cpuacct", "unified" */
	const char *path; /* own group, starts with a slash */
};

/* "4:name=systemd:/x", "3:cpu,cpuacct:/x", "0::/x" */
static bool read_membership(char *line, struct membership *out)
{
	char *name = strchr(line, ':');
	char *path = name ? strchr(name + 1, ':') : NULL;

	if (!path || path[1] != '/')
		return false;
	*path = '\0';
	out->path = path + 1;
	out->name = name + 1;
	if (strncmp(out->name, "name=", 5) == 0)
		out->name += 5;
	if (!*out->name)
		out->name = "unified";
	return !strchr(out->name, '/') && strcmp(out->name, "..") != 0;
}

/* Joins "/sys/fs/cgroup", "/NAME" (unless NULL) and PATH. */
static int join(const char *name, const char *path, char out[static PATH_MAX])
{
	const char *const parts[] = { top, name ? "/" : "", name ? name : "",
				      path };
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t length = strlen(parts[i]);

		if (at + length >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(out + at, parts[i], length);
		at += length;
	}
	out[at] = '\0';
	return 0;
}

static int bind_group(const struct membership *own, const struct mount_op *op,
		      int folder)
{
	char path[PATH_MAX];
	autoclose int tree = -1;
	autoclose int target = -1;

	if (join(own->name, own->path, path) < 0)
		return -1;
	tree = clone_group(path, op);
	if (tree < 0 && errno == ENOENT)
		return 0; /* mounted elsewhere, or not at all */
	target = target_open(folder, own->name, true, true);
	if (tree < 0 || target < 0)
		return -1;
	return target_attach(tree, target);
}

static ssize_t read_memberships(char *buffer, size_t size)
{
	autoclose int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, buffer, size - 1);

	if (got >= 0)
		buffer[got] = '\0';
	return got;
}

/* Binds each group whose name holds the container's id. */
static int bind_own_groups(const struct cgroup_view *view,
			   const struct mount_op *op, int folder)
{
	char text[8192];
	char *line = text;

	if (read_memberships(text, sizeof(text)) < 0)
		return -1;
	while (*line) {
		char *end = strchrnul(line, '\n');
		char *next = *end ? end + 1 : end;
		struct membership own;

		*end = '\0';
		if (read_membership(line, &own) && view->id && *view->id &&
		    strstr(own.path, view->id) &&
		    bind_group(&own, op, folder) < 0)
			return -1;
		line = next;
	}
	return 0;
}

static int mount_folder(const struct cgroup_view *view,
			const struct mount_op *op, int root, int target)
{
	struct mount_attr readonly = {
		.attr_set = op->options.own.set & MOUNT_ATTR_RDONLY,
	};
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	autoclose int folder = -1;

	if (mount("cgroup", fd_name_of(target).text, "tmpfs", flags,
		  "mode=755,size=64k") < 0)
		return -1;
	folder = fs_open_raw(root, op->target, FS_IN_ROOT, O_PATH | O_DIRECTORY,
			     0);
	if (folder < 0 || bind_own_groups(view, op, folder) < 0)
		return -1;
	if (!readonly.attr_set)
		return 0;
	return mount_setattr(folder, "", AT_EMPTY_PATH, &readonly,
			     sizeof(readonly));
}

/* The v2 group of this process, bound. */
static int mount_group(const struct mount_op *op, int target)
{
	char text[8192];
	char path[PATH_MAX];
	struct membership own;
	autoclose int tree = -1;
	char *line;

	if (read_memberships(text, sizeof(text)) < 0)
		return -1;
	line = strstr(text, "0::/");
	if (!line) {
		errno = ENOENT;
		return -1;
	}
	*strchrnul(line, '\n') = '\0';
	if (!read_membership(line, &own) || join(NULL, own.path, path) < 0)
		return -1;
	tree = clone_group(path, op);
	return tree < 0 ? -1 : target_attach(tree, target);
}

static int mount_unified(const struct cgroup_view *view,
			 const struct mount_op *op, int target)
{
	/* a user namespace without a cgroup namespace may not mount it */
	if (view->has_namespace &&
	    mount("cgroup", fd_name_of(target).text, "cgroup2",
		  op->options.flags, NULL) == 0)
		return 0;
	return mount_group(op, target);
}

int cgroup_view_mount(const struct cgroup_view *view, const struct mount_op *op,
		      int root, struct stage_failure *fail)
{
	autoclose int target = mount_exec_target(op, root, true, fail);
	int result;

	if (target < 0)
		return -1;
	result = view->is_unified ? mount_unified(view, op, target)
				  : mount_folder(view, op, root, target);
	return result < 0 ? stage_fail(fail, STAGE_MOUNT, op->shown) : 0;
}
