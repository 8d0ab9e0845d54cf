/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whiteouts hide what the layers below have, never what this layer has, in
 * whatever order the archive names them (OCI image-spec, layer.md).
 *
 * Alone, all that is in the directory comes from this layer, so hiding is only
 * marking. Merged, what this layer made is in a set, and the rest goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/tar/extract_internal.h"
#include "layers/tar/whiteout.h"

int extract_mark_opaque(const struct extract *extract, int fd,
			struct error *err)
{
	const char *name = extract->options.rootless ? "user.overlay.opaque"
						     : "trusted.overlay.opaque";

	if (fsetxattr(fd, name, "y", 1, 0) < 0)
		return error_sys(err, errno, "mark a directory as opaque");
	return 0;
}

static char *join(const char *directory, const char *name)
{
	if (!*directory || !strcmp(directory, "."))
		return xstrdup(name);
	return xasprintf("%s/%s", directory, name);
}

/*
 * Removes from the directory FD, called PATH, what this layer did not make.
 * Only directories of this layer are entered, so the depth is bounded by the
 * length of its paths.
 */
static int remove_unseen(struct extract *extract, int fd, const char *path,
			 struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (fs_list(fd, ".", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *full = join(path, names.items[i]);
		autoclose int child = -1;

		if (!path_set_has(&extract->seen, full)) {
			if (extract_remove(extract, fd, names.items[i], err) <
			    0)
				return -1;
			continue;
		}
		child = openat(fd, names.items[i],
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child >= 0 && remove_unseen(extract, child, full, err) < 0)
			return -1;
	}
	return 0;
}

/* Deletes NAME, or of a directory of this layer what is not this layer's. */
static int delete_merged(struct extract_item *item, const char *name,
			 struct error *err)
{
	autofree char *full = join(item->path->parent, name);
	autoclose int fd = -1;

	if (!path_set_has(&item->extract->seen, full))
		return extract_remove(item->extract, item->parent, name, err);
	fd = openat(item->parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? 0 : remove_unseen(item->extract, fd, full, err);
}

/*
 * For fuse-overlayfs, which serves where such a device may not be made, as on
 * an overlay. A name that this layer has hides what is below by itself.
 */
static int mark_by_file(const struct extract_item *item, const char *name,
			struct error *err)
{
	autofree char *leaf = whiteout_format(name);
	autoclose int fd = -1;

	if (faccessat(item->parent, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	fd = openat(item->parent, leaf,
		    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0700);
	if (fd < 0 || fchmod(fd, 0700) < 0)
		return error_sys(err, errno, "make a whiteout");
	return 0;
}

/* 0: NAME is a whiteout now; 1: there is something of that name. */
static int mark(const struct extract_item *item, const char *name,
		struct error *err)
{
	if (mknodat(item->parent, name, S_IFCHR, makedev(0, 0)) == 0)
		return 0;
	if (errno == EPERM)
		return mark_by_file(item, name, err);
	return errno == EEXIST ? 1 : error_sys(err, errno, "make a whiteout");
}

int extract_whiteout(struct extract_item *item, const char *name,
		     struct error *err)
{
	autoclose int fd = -1;
	struct stat st;
	int result;

	if (item->extract->options.merged)
		return delete_merged(item, name, err);
	result = mark(item, name, err);
	if (result <= 0)
		return result;
	if (fstatat(item->parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat what is there");
	/* this layer's own file hides what is below by itself */
	if (!S_ISDIR(st.st_mode))
		return 0;
	fd = openat(item->parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open the directory");
	return extract_mark_opaque(item->extract, fd, err);
}

int extract_opaque(struct extract_item *item, struct error *err)
{
	if (item->extract->options.merged)
		return remove_unseen(item->extract, item->parent,
				     item->path->parent, err);
	/* overlayfs does not look for the mark on the root of a layer */
	if (!*item->path->parent) {
		item->extract->result.opaque_root = true;
		return 0;
	}
	return extract_mark_opaque(item->extract, item->parent, err);
}
