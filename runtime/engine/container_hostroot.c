/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of the host as roots. */
#include "runtime/engine/container_hostroot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "base/cleanup.h"

static const json_t *of(const struct container *container)
{
	return json_object_get(container->document, "rootfs");
}

const char *container_hostroot_path(const struct container *container)
{
	return json_string_value(json_object_get(of(container), "path"));
}

bool container_hostroot_is_overlaid(const struct container *container)
{
	return json_is_true(json_object_get(of(container), "overlay"));
}

int container_hostroot_open(const struct container *container, int *fd_out,
			    struct error *err)
{
	const char *path = container_hostroot_path(container);

	*fd_out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd_out < 0)
		return error_sys(err, errno, "rootfs %s", path);
	return 0;
}

/* What happens in it must not reach the host's mounts. */
int container_hostroot_mount(const struct container *container,
			     int *mount_fd_out, struct error *err)
{
	struct mount_attr apart = { .propagation = MS_PRIVATE };
	const char *path = container_hostroot_path(container);
	autoclose int tree = open_tree(AT_FDCWD, path,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       AT_RECURSIVE);

	if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
				      &apart, sizeof(apart)) < 0)
		return error_sys(err, errno, "rootfs %s", path);
	*mount_fd_out = TAKE_FD(tree);
	return 0;
}
