/* SPDX-License-Identifier: Apache-2.0 */
/* What overlayfs writes for itself. */
#include "layers/tar/overlay_marker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "layers/tar/whiteout.h"

static const char *const prefixes[] = { "trusted.overlay.", "user.overlay.",
					"user.fuseoverlayfs." };

enum { PREFIX_COUNT = sizeof(prefixes) / sizeof(*prefixes) };

/* fuse-overlayfs's: what stands behind the prefix is gone. */
static const char *deleted_by_file(const char *name, const struct stat *st)
{
	const char *rest = name + strlen(WHITEOUT_PREFIX);

	if (strncmp(name, WHITEOUT_PREFIX, strlen(WHITEOUT_PREFIX)) != 0 ||
	    (st->st_mode & 07777) != 0700)
		return NULL;
	return !strcmp(name, WHITEOUT_OPAQUE) ? "" : rest;
}

static bool is_marked(int dirfd, const char *name)
{
	autofree char *path = NULL;

	path = xasprintf("/proc/self/fd/%d/%s", dirfd, name);
	for (size_t i = 0; i < PREFIX_COUNT; i++) {
		autofree char *key = xasprintf("%swhiteout", prefixes[i]);

		if (lgetxattr(path, key, NULL, 0) >= 0)
			return true;
	}
	return false;
}

const char *overlay_marker_deleted(int dirfd, const char *name,
				   const struct stat *st)
{
	if (S_ISCHR(st->st_mode) && !st->st_rdev)
		/* of an opaque directory: the same once more, for its kind */
		return !strcmp(name, ".wh..opq") ? "" : name;
	if (!S_ISREG(st->st_mode) || st->st_size)
		return NULL;
	if (is_marked(dirfd, name))
		return name;
	return deleted_by_file(name, st);
}

/* Most files have no attributes at all, which one call says. */
static bool is_plain(int fd)
{
	return flistxattr(fd, NULL, 0) == 0;
}

bool overlay_marker_is_opaque(int fd)
{
	if (is_plain(fd))
		return false;
	for (size_t i = 0; i < PREFIX_COUNT; i++) {
		autofree char *key = xasprintf("%sopaque", prefixes[i]);
		char value = 0;

		/* "x" only says that whiteouts may be attributes in here */
		if (fgetxattr(fd, key, &value, 1) == 1 && value == 'y')
			return true;
	}
	return false;
}

int overlay_marker_set_opaque(int fd, struct error *err)
{
	autofree char *key = xasprintf("%sopaque",
				       prefixes[userns_is_initial() ? 0 : 1]);

	if (fsetxattr(fd, key, "y", 1, 0) < 0)
		return error_sys(err, errno, "mark a directory as opaque");
	return 0;
}

int overlay_marker_check_whole(int fd, struct error *err)
{
	static const char *const names[] = { "redirect", "metacopy" };

	if (is_plain(fd))
		return 0;
	for (size_t i = 0; i < PREFIX_COUNT; i++)
		for (size_t j = 0; j < 2; j++) {
			autofree char *key = xasprintf("%s%s", prefixes[i],
						       names[j]);

			if (fgetxattr(fd, key, NULL, 0) >= 0)
				return error_set(err, ERROR_UNSUPPORTED,
						 "%s is in use", key);
		}
	return 0;
}
