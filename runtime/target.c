/* SPDX-License-Identifier: Apache-2.0 */
/* Opens and makes mount points inside a root. */
#include "runtime/target.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/fs.h"

/* Opens NAME, the last component, in the folder PARENT; makes it if need be. */
static int make_last(int parent, const char *name, bool is_directory)
{
	int fd;

	if (is_directory) {
		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return -1;
		return fs_open_raw(parent, name, FS_NO_LINKS,
				   O_PATH | O_DIRECTORY, 0);
	}
	fd = openat(parent, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 && errno != EEXIST)
		return -1;
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return fs_open_raw(parent, name, FS_NO_LINKS, O_PATH, 0);
}

/*
 * Walks PATH, whose copy in PREFIX it cuts at each slash: ".." and links need
 * the true root to resolve against, so every prefix is opened from there, and
 * only a missing last component is made in the folder found before it.
 */
static int walk(int root, char *prefix, bool is_directory, enum fs_scope scope)
{
	autoclose int current = fs_open_raw(root, ".", FS_BENEATH,
					    O_PATH | O_DIRECTORY, 0);
	char *at = prefix;

	while (current >= 0) {
		char *slash = strchr(at, '/');
		bool is_folder = slash || is_directory;
		int next;

		if (slash)
			*slash = '\0';
		next = fs_open_raw(root, prefix, scope,
				   O_PATH | (is_folder ? O_DIRECTORY : 0), 0);
		if (next < 0 && errno == ENOENT)
			next = make_last(current, at, is_folder);
		(void)close(current); /* only a path handle */
		current = next;
		if (!slash || next < 0)
			break;
		*slash = '/';
		at = slash + 1;
	}
	return TAKE_FD(current);
}

int target_open(int root, const char *path, bool is_directory, bool no_links)
{
	enum fs_scope scope = no_links ? FS_NO_LINKS : FS_IN_ROOT;
	char prefix[PATH_MAX];
	size_t length = strlen(path);
	int fd = fs_open_raw(root, path, scope,
			     O_PATH | (is_directory ? O_DIRECTORY : 0), 0);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (length >= sizeof(prefix)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(prefix, path, length + 1);
	return walk(root, prefix, is_directory, scope);
}

int target_open_parent(int root, const char *path, const char **name_out)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	size_t length = slash ? (size_t)(slash - path) : 0;

	*name_out = slash ? slash + 1 : path;
	if (length >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(folder, path, length);
	folder[length] = '\0';
	return target_open(root, length ? folder : ".", true, false);
}

int target_attach(int tree, int target)
{
	return move_mount(tree, "", target, "",
			  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
