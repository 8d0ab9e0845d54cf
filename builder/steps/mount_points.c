/* SPDX-License-Identifier: Apache-2.0 */
/* Mount points without mounts. */
#include "builder/steps/mount_points.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

/* The path of FD in the detached mount it was opened in. */
static char *path_of(int fd)
{
	char link[64];
	char path[PATH_MAX];
	ssize_t length;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length <= 0)
		return NULL;
	path[length] = '\0';
	return xstrdup(path[0] == '/' && !path[1] ? "" : path);
}

/* TARGET with the links resolved that lie on its way below. */
static char *resolve(int below, const char *target)
{
	autofree char *front = xstrdup(target);
	size_t length = strlen(front);

	for (;;) {
		autoclose int fd = fs_open_raw(below, length ? front : ".",
					       FS_IN_ROOT, O_PATH, 0);
		char *slash;

		if (fd >= 0) {
			autofree char *found = path_of(fd);

			return found ? xasprintf("%s%s", found, target + length)
				     : NULL;
		}
		slash = strrchr(front, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
		length = (size_t)(slash - front);
	}
}

static bool look(int root, const char *path, struct stat *st)
{
	autoclose int fd = fs_open_raw(root, *path ? path : ".", FS_NO_LINKS,
				       O_PATH | O_NOFOLLOW, 0);

	return fd >= 0 && fstat(fd, st) == 0;
}

static bool is_same_folder(const struct stat *a, const struct stat *b)
{
	return S_ISDIR(a->st_mode) && a->st_mode == b->st_mode &&
	       a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

/* Whether PATH of the upper is there for the mount only. */
static bool is_idle(const struct mount_points *points, const char *path,
		    bool is_leaf, struct stat *st)
{
	struct stat before;

	if (!look(points->upper, path, st))
		return false;
	if (look(points->below, path, &before))
		/* a folder that was copied up for what is gone again */
		return !is_leaf && is_same_folder(st, &before);
	return S_ISDIR(st->st_mode) ||
	       (is_leaf && S_ISREG(st->st_mode) && !st->st_size);
}

/* Removes PATH; false when it is not empty, or stays for another reason. */
static bool remove_one(const struct mount_points *points, const char *path,
		       const struct stat *st)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent = slash ? xstrndup(path, (size_t)(slash - path))
				      : xstrdup("");
	autoclose int fd = fs_open_raw(points->upper, *parent ? parent : ".",
				       FS_NO_LINKS, O_RDONLY | O_DIRECTORY, 0);

	return fd >= 0 &&
	       unlinkat(fd, slash ? slash + 1 : path,
			S_ISDIR(st->st_mode) ? AT_REMOVEDIR : 0) == 0;
}

void mount_points_remove(const struct mount_points *points)
{
	for (size_t i = 0; i < points->targets->count; i++) {
		autofree char *path = resolve(points->below,
					      points->targets->items[i]);
		bool is_leaf = true;
		struct stat st;

		while (path && *path) {
			const char *inner = path + (*path == '/');
			char *slash;

			if (!*inner || !is_idle(points, inner, is_leaf, &st) ||
			    !remove_one(points, inner, &st))
				break;
			is_leaf = false;
			slash = strrchr(path, '/');
			if (!slash)
				break;
			*slash = '\0';
		}
	}
}
