/* SPDX-License-Identifier: Apache-2.0 */
/* What overlayfs writes for itself. */
#include "layers/tar/overlay_marker.h"

#include <stdlib.h>
#include <sys/xattr.h>

#include "base/alloc.h"

static const char *const prefixes[] = { "trusted.overlay.", "user.overlay." };

enum { PREFIX_COUNT = 2 };

bool overlay_marker_is_whiteout(int dirfd, const char *name,
				const struct stat *st)
{
	autofree char *path = NULL;

	if (S_ISCHR(st->st_mode))
		return st->st_rdev == 0;
	if (!S_ISREG(st->st_mode) || st->st_size)
		return false;
	path = xasprintf("/proc/self/fd/%d/%s", dirfd, name);
	for (size_t i = 0; i < PREFIX_COUNT; i++) {
		autofree char *key = xasprintf("%swhiteout", prefixes[i]);

		if (lgetxattr(path, key, NULL, 0) >= 0)
			return true;
	}
	return false;
}

bool overlay_marker_is_opaque(int fd)
{
	for (size_t i = 0; i < PREFIX_COUNT; i++) {
		autofree char *key = xasprintf("%sopaque", prefixes[i]);
		char value = 0;

		/* "x" only says that whiteouts may be attributes in here */
		if (fgetxattr(fd, key, &value, 1) == 1 && value == 'y')
			return true;
	}
	return false;
}

int overlay_marker_check_whole(int fd, struct error *err)
{
	static const char *const names[] = { "redirect", "metacopy" };

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
