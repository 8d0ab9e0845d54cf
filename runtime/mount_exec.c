/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts one planned entry. */
#include "runtime/mount_exec.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fs.h"
#include "runtime/copy_up.h"
#include "runtime/target.h"

/* The kernel reads at most a page of options. */
enum { DATA_MAX = 4096 };

struct fd_name fd_name_of(int fd)
{
	static const char prefix[] = "/proc/self/fd/";
	struct fd_name name = { "" };
	char digits[12];
	size_t count = 0;
	size_t at = sizeof(prefix) - 1;

	memcpy(name.text, prefix, at);
	do {
		digits[count++] = (char)('0' + fd % 10);
		fd /= 10;
	} while (fd > 0);
	while (count)
		name.text[at++] = digits[--count];
	name.text[at] = '\0';
	return name;
}

int mount_exec_target(const struct mount_op *op, int root, bool is_directory,
		      struct stage_failure *fail)
{
	struct statfs st;
	int target = target_open(root, op->target, is_directory, op->no_links);

	if (target < 0)
		return stage_fail(fail, STAGE_MOUNT_TARGET, op->shown);
	if (op->in_proc)
		return target;
	/* a link of the image can lead into /proc, whatever the path says */
	if (fstatfs(target, &st) == 0 && st.f_type != PROC_SUPER_MAGIC)
		return target;
	(void)close(target); /* only a path handle */
	errno = EPERM;
	return stage_fail(fail, STAGE_MOUNT_IN_PROC, op->shown);
}

static bool takes_mode(const struct mount_op *op)
{
	return strcmp(op->type, "tmpfs") == 0 &&
	       !strstr(op->options.data, "mode=");
}

static bool is_there(const struct mount_op *op, int root)
{
	autoclose int fd = fs_open_raw(root, op->target, FS_IN_ROOT, O_PATH, 0);

	return fd >= 0;
}

/*
 * A tmpfs without a mode of its own takes that of the folder it covers, as
 * runc has it: --tmpfs /run keeps 0755, a new folder gets the kernel's 1777.
 */
static const char *with_mode(const struct mount_op *op, mode_t mode,
			     char buffer[static DATA_MAX])
{
	static const char prefix[] = "mode=";
	const char *data = op->options.data;
	size_t length = strlen(data);
	size_t at = sizeof(prefix) - 1;

	if (length + 16 > DATA_MAX)
		return data;
	memcpy(buffer, prefix, at);
	for (int shift = 9; shift >= 0; shift -= 3)
		buffer[at++] = (char)('0' + (mode >> shift & 7));
	if (length)
		buffer[at++] = ',';
	memcpy(buffer + at, data, length + 1);
	return buffer;
}

/* Attributes that flags of mount(2) cannot say, and those set late. */
static int finish_filesystem(const struct mount_op *op, int root, uint64_t late,
			     struct stage_failure *fail)
{
	const struct mount_options *options = &op->options;
	struct mount_attr attributes = {
		.attr_set = options->recursive.set | late,
		.attr_clr = options->recursive.clear,
		.propagation = options->propagation,
	};
	autoclose int mounted = -1;

	/* a new mount below a private one is private already */
	if (attributes.propagation == MS_PRIVATE)
		attributes.propagation = 0;
	if (!attributes.attr_set && !attributes.attr_clr &&
	    !attributes.propagation)
		return 0;
	mounted = fs_open_raw(root, op->target, FS_IN_ROOT, O_PATH, 0);
	if (mounted < 0 || mount_setattr(mounted, "", AT_EMPTY_PATH,
					 &attributes, sizeof(attributes)) < 0)
		return stage_fail(fail, STAGE_MOUNT_OPTIONS, op->shown);
	return 0;
}

static int copy_hidden(const struct mount_op *op, int root, int hidden,
		       struct stage_failure *fail)
{
	autoclose int from = openat(hidden, ".",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int to = fs_open_raw(root, op->target, FS_IN_ROOT,
				       O_RDONLY | O_DIRECTORY, 0);

	if (from < 0 || to < 0 || copy_up(from, to) < 0)
		return stage_fail(fail, STAGE_MOUNT, op->shown);
	return 0;
}

static int mount_filesystem(const struct mount_op *op, int root,
			    struct stage_failure *fail)
{
	unsigned long flags = op->options.flags;
	const char *source = op->source && *op->source ? op->source : op->type;
	bool was_there = takes_mode(op) && is_there(op, root);
	autoclose int target = mount_exec_target(op, root, true, fail);
	const char *data = op->options.data;
	char buffer[DATA_MAX];
	uint64_t late = 0;
	struct stat st;

	if (target < 0)
		return -1;
	if (was_there && fstat(target, &st) == 0)
		data = with_mode(op, st.st_mode, buffer);
	if (op->options.copy_up && (flags & MS_RDONLY)) {
		flags &= ~(unsigned long)MS_RDONLY;
		late = MOUNT_ATTR_RDONLY;
	}
	if (mount(source, fd_name_of(target).text, op->type, flags, data) < 0)
		return stage_fail(fail, STAGE_MOUNT, op->shown);
	if (op->options.copy_up && copy_hidden(op, root, target, fail) < 0)
		return -1;
	return finish_filesystem(op, root, late, fail);
}

/* A source the parent could not open is opened by its path. */
static int open_source(const struct mount_op *op, int *tree_out,
		       struct stage_failure *fail)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

	if (op->options.is_recursive_bind)
		flags |= AT_RECURSIVE;
	*tree_out = open_tree(AT_FDCWD, op->source, flags);
	if (*tree_out < 0)
		return stage_fail(fail, STAGE_MOUNT_SOURCE, op->source);
	return 0;
}

/* The kernel says EINVAL for a file that is to cover a folder, too. */
static int why_not(const struct mount_op *op, int target, int sys)
{
	struct stat st;

	return sys == EINVAL && !op->is_directory && fstat(target, &st) == 0 &&
			       S_ISDIR(st.st_mode)
		       ? EISDIR
		       : sys;
}

static int mount_bind(const struct mount_op *op, int root,
		      struct stage_failure *fail)
{
	autoclose int opened = -1;
	autoclose int target = -1;
	int tree = op->tree_fd;

	if (tree < 0) {
		if (open_source(op, &opened, fail) < 0)
			return -1;
		tree = opened;
		if (mount_plan_set_attributes(op, tree) < 0)
			return stage_fail(fail, STAGE_MOUNT_OPTIONS, op->shown);
	}
	target = mount_exec_target(op, root, op->is_directory, fail);
	if (target < 0)
		return -1;
	if (target_attach(tree, target) < 0) {
		errno = why_not(op, target, errno);
		return stage_fail(fail, STAGE_MOUNT, op->shown);
	}
	return 0;
}

int mount_exec(const struct mount_op *op, int root, struct stage_failure *fail)
{
	if (op->kind == MOUNT_BIND)
		return mount_bind(op, root, fail);
	return mount_filesystem(op, root, fail);
}
