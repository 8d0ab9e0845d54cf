/* SPDX-License-Identifier: Apache-2.0 */
/* Layers laid over each other. */
#include "layers/image/layer_squash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/image/layer_commit.h"
#include "layers/layers_limits.h"
#include "layers/tar/overlay_marker.h"
#include "layers/tar/whiteout.h"

enum { ATTRIBUTE_NAMES_MAX = 64 << 10 };

/* One layer on its way into the draft. */
struct laying {
	int from, to;	       /* roots */
	struct strvec waiting; /* folders, "." for the root */
};

/* All of them, overlay's marks too: the draft lies where the layer lay. */
static int copy_xattrs(int from, int to, struct error *err)
{
	autofree char *names = xmalloc(ATTRIBUTE_NAMES_MAX);
	autofree char *value = xmalloc(LAYERS_MAX_XATTR_VALUE);
	ssize_t length = flistxattr(from, names, ATTRIBUTE_NAMES_MAX);

	if (length < 0)
		return errno == ENOTSUP
			       ? 0
			       : error_sys(err, errno, "read attributes");
	for (const char *name = names; name < names + length;
	     name += strlen(name) + 1) {
		ssize_t size = fgetxattr(from, name, value,
					 LAYERS_MAX_XATTR_VALUE);

		if (size >= 0 &&
		    fsetxattr(to, name, value, (size_t)size, 0) < 0 &&
		    errno != ENOTSUP && errno != EPERM)
			return error_sys(err, errno, "set attribute %s", name);
	}
	return 0;
}

static int open_folder(int root, const char *path, int *out, struct error *err)
{
	*out = fs_open_raw(root, path, FS_NO_LINKS,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	return *out < 0 ? error_sys(err, errno, "open %s", path) : 0;
}

/* What the folder is like, once all that is in it is there. */
static int dress(int from, int to, struct error *err)
{
	struct timespec times[2];
	struct stat st;

	if (fstat(from, &st) < 0)
		return error_sys(err, errno, "stat a folder");
	times[0] = times[1] = st.st_mtim;
	if (copy_xattrs(from, to, err) < 0)
		return -1;
	if (fchown(to, st.st_uid, st.st_gid) < 0 ||
	    fchmod(to, st.st_mode & 07777) < 0 || futimens(to, times) < 0)
		return error_sys(err, errno, "set a folder's attributes");
	return 0;
}

static int hide_below(int dirfd, const char *name, struct error *err)
{
	autoclose int fd = openat(
		dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return error_sys(err, errno, "open %s", name);
	return overlay_marker_set_opaque(fd, err);
}

/*
 * A folder that hides what is below hides what was laid before, too. One that
 * takes the place of something that hides, a file or a name that is gone, hides
 * from now on: what lies below all of them must not shine through.
 */
static int lay_folder(struct laying *laying, int from, int to, const char *name,
		      const char *path, struct error *err)
{
	autoclose int fd = openat(
		from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat there;
	bool is_there = fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW) == 0;
	bool is_folder = is_there && S_ISDIR(there.st_mode);

	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	if ((!is_folder || overlay_marker_is_opaque(fd)) &&
	    fs_remove_tree(to, name, err) < 0)
		return -1;
	if (mkdirat(to, name, 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make %s", path);
	strvec_add(&laying->waiting, path);
	return is_there && !is_folder ? hide_below(to, name, err) : 0;
}

/* A layer before may say by a file of another name that NAME is gone. */
static bool drop_mark(int to, const char *name)
{
	autofree char *mark = xasprintf(WHITEOUT_PREFIX "%s", name);
	const char *gone;
	struct stat st;

	if (fstatat(to, mark, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	gone = overlay_marker_deleted(to, mark, &st);
	return gone && !strcmp(gone, name) && unlinkat(to, mark, 0) == 0;
}

static int lay_name(struct laying *laying, int from, int to, const char *folder,
		    const char *name, struct error *err)
{
	autofree char *path = strcmp(folder, ".")
				      ? xasprintf("%s/%s", folder, name)
				      : xstrdup(name);
	bool was_gone = drop_mark(to, name);
	const char *deleted;
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat %s", path);
	if (S_ISDIR(st.st_mode)) {
		if (lay_folder(laying, from, to, name, path, err) < 0)
			return -1;
		return was_gone ? hide_below(to, name, err) : 0;
	}
	deleted = overlay_marker_deleted(from, name, &st);
	if (fs_remove_tree(to, name, err) < 0 ||
	    (deleted && *deleted && fs_remove_tree(to, deleted, err) < 0))
		return -1;
	/* a whiteout is a file like any other: it says what is gone */
	if (linkat(from, name, to, name, 0) < 0)
		return error_sys(err, errno, "link %s", path);
	return 0;
}

static int lay_contents(struct laying *laying, const char *folder,
			struct error *err)
{
	autoclose int from = -1;
	autoclose int to = -1;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (open_folder(laying->from, folder, &from, err) < 0 ||
	    open_folder(laying->to, folder, &to, err) < 0)
		return -1;
	if (fs_list(from, ".", &names, err) < 0)
		return error_wrap(err, "%s", folder);
	for (size_t i = 0; i < names.count; i++)
		if (lay_name(laying, from, to, folder, names.items[i], err) < 0)
			return -1;
	return 0;
}

static int dress_all(const struct laying *laying, struct error *err)
{
	for (size_t i = laying->waiting.count; i > 0; i--) {
		const char *path = laying->waiting.items[i - 1];
		autoclose int from = -1;
		autoclose int to = -1;

		if (open_folder(laying->from, path, &from, err) < 0 ||
		    open_folder(laying->to, path, &to, err) < 0 ||
		    dress(from, to, err) < 0)
			return error_wrap(err, "%s", path);
	}
	return 0;
}

static int lay(const struct store *store, const char *folder, int to,
	       struct error *err)
{
	struct laying laying = { -1, to, STRVEC_INIT };
	autofree char *path = xasprintf("layers/%s/fs", folder);
	autoclose int from = -1;
	int result = 0;

	if (open_folder(store->root_fd, path, &from, err) < 0)
		return -1;
	laying.from = from;
	strvec_add(&laying.waiting, ".");
	for (size_t i = 0; result == 0 && i < laying.waiting.count; i++) {
		autofree char *next = xstrdup(laying.waiting.items[i]);

		result = lay_contents(&laying, next, err); /* it grows */
	}
	if (result == 0)
		result = dress_all(&laying, err);
	strvec_release(&laying.waiting);
	return result;
}

int layer_squash(const struct layer_squash *request, struct layer_made *out,
		 struct error *err)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	const struct layer_commit commit = {
		.store = request->store,
		.draft = &draft,
		.lease = request->lease,
		.tidy = { .lower = request->below, .has_attributes = true },
	};

	if (layer_draft_open(request->store, &draft, err) < 0)
		return -1;
	for (size_t i = 0; i < request->count; i++)
		if (lay(request->store, request->folders[i], draft.tree_fd,
			err) < 0)
			return error_wrap(err, "squash layers");
	return layer_commit(&commit, out, err);
}
