/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a tree and makes it again.
 *
 * Directories wait on a stack as pairs of paths and are opened from their roots
 * when their turn comes, so the depth of a tree costs no descriptors. They get
 * their own modes and times last, in reverse: until then their owner has to
 * be able to write into them.
 */
#include "layers/tar/tree_copy.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strvec.h"
#include "layers/layers_limits.h"
#include "layers/tar/inode_map.h"
#include "layers/tar/kernel_fs.h"
#include "layers/tar/pack_xattr.h"

struct folder {
	char *from, *to; /* "." for a root */
	struct stat st;
	bool is_kept; /* its attributes are not the tree's to set */
};

struct copy {
	const struct tree_copy *request;
	struct folder *folders; /* in the order they were found */
	size_t count;
	struct inode_map inodes;
	uint64_t bytes;
};

/* One name on its way. */
struct item {
	struct copy *copy;
	int from, to; /* directories */
	const char *name, *to_name;
	const char *to_path;
	struct stat st;
};

static void copy_release(struct copy *copy)
{
	for (size_t i = 0; i < copy->count; i++) {
		free(copy->folders[i].from);
		free(copy->folders[i].to);
	}
	free(copy->folders);
	inode_map_release(&copy->inodes);
}
DEFINE_CLEANUP(struct copy, copy_release)

static char *join(const char *folder, const char *name)
{
	return strcmp(folder, ".") != 0 ? xasprintf("%s/%s", folder, name)
					: xstrdup(name);
}

static void add_folder(struct copy *copy, const char *from, const char *to,
		       const struct stat *st, bool is_kept)
{
	copy->folders = xreallocarray(copy->folders, copy->count + 1,
				      sizeof(*copy->folders));
	copy->folders[copy->count++] = (struct folder){
		xstrdup(from),
		xstrdup(to),
		*st,
		is_kept,
	};
}

static int set_owner(const struct item *item, struct error *err)
{
	const struct tree_copy *request = item->copy->request;
	uid_t uid = request->keeps_owners ? item->st.st_uid : request->uid;
	gid_t gid = request->keeps_owners ? item->st.st_gid : request->gid;
	struct stat now;

	if (request->keeps_owners && request->from_ids)
		idshift_in(request->from_ids, &uid, &gid);
	if (request->to_ids && request->has_strangers &&
	    !idshift_out(request->to_ids, &uid, &gid))
		uid = gid = 0;
	else if (request->to_ids && !request->has_strangers &&
		 !idshift_out(request->to_ids, &uid, &gid))
		return error_set(err, ERROR_INVALID,
				 "its owner %u:%u is not among the ids of the "
				 "container",
				 uid, gid);
	if (fstatat(item->to, item->to_name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    now.st_uid == uid && now.st_gid == gid)
		return 0;
	if (fchownat(item->to, item->to_name, uid, gid, AT_SYMLINK_NOFOLLOW) <
	    0)
		return error_sys(err, errno, "set owner %u:%u", uid, gid);
	return 0;
}

static int set_times(const struct item *item, struct error *err)
{
	const struct timespec times[2] = { item->st.st_mtim, item->st.st_mtim };

	if (utimensat(item->to, item->to_name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "set time");
	return 0;
}

/* Makes room for something that is no directory. */
static int clear_place(const struct item *item, struct error *err)
{
	struct stat there;

	if (fstatat(item->to, item->to_name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_sys(err, errno, "stat");
	if (S_ISDIR(there.st_mode))
		return error_set(err, ERROR_INVALID,
				 "cannot overwrite directory \"%s\" with "
				 "non-directory \"%s\"",
				 item->to_name, item->name);
	if (unlinkat(item->to, item->to_name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "replace");
	return 0;
}

static int copy_file(struct item *item, struct error *err)
{
	autoclose int from = openat(item->from, item->name,
				    O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					    O_NOCTTY | O_CLOEXEC);
	autoclose int to = -1;

	if (from < 0)
		return error_sys(err, errno, "open");
	if (fstat(from, &item->st) < 0 || !S_ISREG(item->st.st_mode))
		return error_set(err, ERROR_BUSY, "it changes while read");
	to = openat(item->to, item->to_name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return error_sys(err, errno, "create");
	if (fs_copy_range(from, to, (uint64_t)item->st.st_size, err) < 0 ||
	    set_owner(item, err) < 0)
		return -1;
	if (fchmod(to, item->st.st_mode & 07777) < 0)
		return error_sys(err, errno, "set mode");
	item->copy->bytes += (uint64_t)item->st.st_size;
	return pack_xattrs_copy(from, to, err) < 0 ? -1 : set_times(item, err);
}

static int copy_symlink(struct item *item, struct error *err)
{
	char target[LAYERS_MAX_PATH + 1];
	ssize_t length = readlinkat(item->from, item->name, target,
				    sizeof(target) - 1);

	if (length < 0)
		return error_sys(err, errno, "read link");
	target[length] = '\0';
	if (symlinkat(target, item->to, item->to_name) < 0)
		return error_sys(err, errno, "make link");
	return set_owner(item, err) < 0 ? -1 : set_times(item, err);
}

static int copy_node(struct item *item, struct error *err)
{
	mode_t type = item->st.st_mode & S_IFMT;

	if (mknodat(item->to, item->to_name, type | 0600, item->st.st_rdev) <
		    0 ||
	    fchmodat(item->to, item->to_name, item->st.st_mode & 07777, 0) < 0)
		return error_sys(err, errno, "make node");
	return set_owner(item, err) < 0 ? -1 : set_times(item, err);
}

/* True when it was made as another name of a file that was copied before. */
static bool copy_link(struct item *item)
{
	const char *first = NULL;

	if (item->st.st_nlink > 1)
		first = inode_map_meet(&item->copy->inodes, item->st.st_dev,
				       item->st.st_ino, item->to_path);
	/* both paths were made here; where linking fails it is copied */
	return first && linkat(item->copy->request->to, first, item->to,
			       item->to_name, 0) == 0;
}

static int copy_folder(struct item *item, const char *from_path,
		       struct error *err)
{
	struct stat there;

	if (mkdirat(item->to, item->to_name, 0700) < 0) {
		if (errno != EEXIST)
			return error_sys(err, errno, "make directory");
		if (fstatat(item->to, item->to_name, &there,
			    AT_SYMLINK_NOFOLLOW) < 0)
			return error_sys(err, errno, "stat");
		if (!S_ISDIR(there.st_mode))
			return error_set(err, ERROR_INVALID,
					 "cannot overwrite non-directory "
					 "\"%s\" with directory \"%s\"",
					 item->to_name, item->name);
	}
	add_folder(item->copy, from_path, item->to_path, &item->st, false);
	return 0;
}

static int copy_item(struct item *item, const char *from_path,
		     struct error *err)
{
	if (S_ISDIR(item->st.st_mode))
		return copy_folder(item, from_path, err);
	if (S_ISSOCK(item->st.st_mode))
		return 0;
	if (clear_place(item, err) < 0)
		return -1;
	if (copy_link(item))
		return 0;
	if (S_ISREG(item->st.st_mode))
		return copy_file(item, err);
	if (S_ISLNK(item->st.st_mode))
		return copy_symlink(item, err);
	return copy_node(item, err);
}

static int open_folder(int root, const char *path, int *out, struct error *err)
{
	*out = fs_open_raw(root, path, FS_NO_LINKS,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	return *out < 0 ? error_sys(err, errno, "open %s", path) : 0;
}

/* What is in the folder number INDEX. */
static int copy_contents(struct copy *copy, size_t index, struct error *err)
{
	autofree char *from_path = xstrdup(copy->folders[index].from);
	autofree char *to_path = xstrdup(copy->folders[index].to);
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int from = -1;
	autoclose int to = -1;

	if (open_folder(copy->request->from, from_path, &from, err) < 0)
		return -1;
	if (kernel_fs_holds(from))
		return 0;
	if (open_folder(copy->request->to, to_path, &to, err) < 0 ||
	    fs_list(from, ".", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *source = join(from_path, names.items[i]);
		autofree char *target = join(to_path, names.items[i]);
		struct item item = { copy,	     from,	     to,
				     names.items[i], names.items[i], target,
				     { 0 } };

		if (fstatat(from, item.name, &item.st, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* it went meanwhile */
		if (copy_item(&item, source, err) < 0)
			return error_wrap(err, "copy %s", source);
	}
	return 0;
}

/* A folder's own attributes, once all that is in it is there. */
static int finish_folder(const struct copy *copy, const struct folder *folder,
			 struct error *err)
{
	autoclose int from = -1;
	autoclose int to = -1;
	struct item item = { (struct copy *)(uintptr_t)copy,
			     -1,
			     -1,
			     "",
			     ".",
			     folder->to,
			     folder->st };

	if (folder->is_kept)
		return 0;
	if (open_folder(copy->request->from, folder->from, &from, err) < 0 ||
	    open_folder(copy->request->to, folder->to, &to, err) < 0)
		return -1;
	item.to = to;
	if (pack_xattrs_copy(from, to, err) < 0 || set_owner(&item, err) < 0)
		return -1;
	if (fchmod(to, folder->st.st_mode & 07777) < 0)
		return error_sys(err, errno, "set mode of %s", folder->to);
	return set_times(&item, err);
}

static int begin(struct copy *copy, struct error *err)
{
	const struct tree_copy *request = copy->request;
	struct item item = { copy,
			     request->from,
			     request->to,
			     request->from_name,
			     request->to_name,
			     request->to_name,
			     { 0 } };

	if (!request->from_name) {
		add_folder(copy, ".", ".", &item.st, true);
		return 0;
	}
	if (fstatat(request->from, request->from_name, &item.st,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat %s", request->from_name);
	return copy_item(&item, request->from_name, err);
}

int tree_copy(const struct tree_copy *request, uint64_t *bytes_out,
	      struct error *err)
{
	autoclean(copy_release) struct copy copy = {
		.request = request,
		.inodes = INODE_MAP_INIT,
	};

	if (begin(&copy, err) < 0)
		return -1;
	for (size_t i = 0; i < copy.count; i++) /* it grows meanwhile */
		if (copy_contents(&copy, i, err) < 0)
			return -1;
	for (size_t i = copy.count; i > 0; i--)
		if (finish_folder(&copy, &copy.folders[i - 1], err) < 0)
			return -1;
	*bytes_out = copy.bytes;
	return 0;
}
