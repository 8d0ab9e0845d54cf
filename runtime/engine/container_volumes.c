/* SPDX-License-Identifier: Apache-2.0 */
/* Filling new volumes from the image. */
#include "runtime/engine/container_volumes.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "runtime/copy_up.h"
#include "runtime/engine/spec_parts.h"

static bool is_empty(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	unsigned entries = 0;

	if (!dir)
		return false;
	while (entries < 3 && readdir(dir))
		entries++;
	(void)closedir(dir); /* only read */
	return entries < 3;  /* "." and ".." */
}

/* The volume's own folder looks like the one it covers. */
static int take_attributes(int from, int to, struct error *err)
{
	struct stat st;

	if (fstat(from, &st) < 0 || fchown(to, st.st_uid, st.st_gid) < 0 ||
	    fchmod(to, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "give volume its owner");
	return 0;
}

static int fill(const json_t *mount, int rootfs_fd, struct error *err)
{
	const char *source = spec_string(mount, "Source");
	autoclose int to = open(source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
						O_CLOEXEC);
	autoclose int from = fs_open_raw(rootfs_fd,
					 spec_string(mount, "Destination"),
					 FS_IN_ROOT, O_RDONLY | O_DIRECTORY, 0);

	if (to < 0)
		return error_sys(err, errno, "open volume %s", source);
	if (from < 0 || !is_empty(to))
		return 0; /* nothing to take, or it was used meanwhile */
	if (copy_up(from, to) < 0)
		return error_sys(err, errno, "fill volume %s",
				 spec_string(mount, "Name"));
	return take_attributes(from, to, err);
}

int container_volumes_fill(const struct container *container, int rootfs_fd,
			   struct error *err)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		if (json_is_true(json_object_get(mount, "IsNew")) &&
		    !json_is_true(json_object_get(mount, "NoCopy")) &&
		    fill(mount, rootfs_fd, err) < 0)
			return -1;
	}
	return 0;
}
