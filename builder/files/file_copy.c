/* SPDX-License-Identifier: Apache-2.0 */
/* Copying what was listed. */
#include "builder/files/file_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/tar/inode_map.h"
#include "layers/tar/pack_xattr.h"

struct copying {
	const struct file_copy *request;
	struct inode_map inodes;
	bool *is_due; /* by item: a folder whose attributes are to be set */
	int folder;   /* the one that was opened last, for TO */
	int source;   /* and for FROM */
	char *folder_path, *source_path;
};

static void copying_release(struct copying *copying)
{
	inode_map_release(&copying->inodes);
	free(copying->is_due);
	free(copying->folder_path);
	free(copying->source_path);
	cleanup_close(&copying->folder);
	cleanup_close(&copying->source);
}
DEFINE_CLEANUP(struct copying, copying_release)

/* Opens the folder of PATH below ROOT, kept for the next one in it. */
static int open_parent(int root, const char *path, int *fd, char **kept,
		       struct error *err)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent = slash ? xstrndup(path, (size_t)(slash - path))
				      : xstrdup(".");

	if (*fd >= 0 && !strcmp(*kept, parent))
		return 0;
	cleanup_close(fd);
	free(*kept);
	*kept = NULL;
	*fd = fs_open_raw(root, parent, FS_NO_LINKS,
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (*fd < 0)
		return error_sys(err, errno, "open %s", parent);
	*kept = TAKE_PTR(parent);
	return 0;
}

static const char *leaf_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static mode_t mode_of(const struct file_copy *request,
		      const struct file_item *item)
{
	mode_t mode = item->st.st_mode & 07777;

	return request->mode ? mode_change_apply(request->mode, mode,
						 S_ISDIR(item->st.st_mode))
			     : mode;
}

static uid_t uid_of(const struct file_copy *request,
		    const struct file_item *item)
{
	return request->keeps_owners ? item->st.st_uid : request->uid;
}

static gid_t gid_of(const struct file_copy *request,
		    const struct file_item *item)
{
	return request->keeps_owners ? item->st.st_gid : request->gid;
}

static bool is_as_listed(const struct stat *st, const struct file_item *item)
{
	const struct stat *was = &item->st;

	return st->st_ino == was->st_ino && st->st_size == was->st_size &&
	       st->st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == was->st_mtim.tv_nsec &&
	       st->st_ctim.tv_sec == was->st_ctim.tv_sec &&
	       st->st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

static int changed(const struct file_item *item, struct error *err)
{
	return error_set(err, ERROR_BUSY,
			 "%s has changed while it was being copied",
			 item->from);
}

static int set_file(const struct file_copy *request, int fd,
		    const struct file_item *item, struct error *err)
{
	const struct timespec times[2] = { item->st.st_mtim, item->st.st_mtim };
	uid_t uid = uid_of(request, item);
	gid_t gid = gid_of(request, item);

	/* what was made here is ours; a folder may have been there */
	if ((S_ISDIR(item->st.st_mode) || uid != geteuid() ||
	     gid != getegid()) &&
	    fchown(fd, uid, gid) < 0)
		return error_sys(err, errno, "set owner %u:%u of %s", uid, gid,
				 item->to);
	if (fchmod(fd, mode_of(request, item)) < 0)
		return error_sys(err, errno, "set mode of %s", item->to);
	if (futimens(fd, times) < 0)
		return error_sys(err, errno, "set time of %s", item->to);
	return 0;
}

static int copy_file(struct copying *copying, const struct file_item *item,
		     struct error *err)
{
	const struct file_copy *request = copying->request;
	autoclose int from = openat(copying->source, leaf_of(item->from),
				    O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					    O_NOCTTY | O_CLOEXEC);
	autoclose int to = -1;
	struct stat st;

	if (from < 0)
		return error_sys(err, errno, "open %s", item->from);
	to = openat(copying->folder, leaf_of(item->to),
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return error_sys(err, errno, "create %s", item->to);
	if (fs_copy_range(from, to, (uint64_t)item->st.st_size, err) < 0)
		return error_wrap(err, "copy %s", item->from);
	/* asked afterwards: it was the same from being hashed to being read */
	if (fstat(from, &st) < 0 || !is_as_listed(&st, item))
		return changed(item, err);
	if (set_file(request, to, item, err) < 0 ||
	    pack_xattrs_copy(from, to, err) < 0)
		return -1;
	return 0;
}

static int set_name(const struct copying *copying, const struct file_item *item,
		    struct error *err)
{
	const struct file_copy *request = copying->request;
	const struct timespec times[2] = { item->st.st_mtim, item->st.st_mtim };
	const char *leaf = leaf_of(item->to);

	if (fchownat(copying->folder, leaf, uid_of(request, item),
		     gid_of(request, item), AT_SYMLINK_NOFOLLOW) < 0 ||
	    utimensat(copying->folder, leaf, times, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "set owner and time of %s",
				 item->to);
	return 0;
}

static int copy_other(const struct copying *copying,
		      const struct file_item *item, struct error *err)
{
	const char *leaf = leaf_of(item->to);
	mode_t type = item->st.st_mode & S_IFMT;

	if (item->link) {
		if (symlinkat(item->link, copying->folder, leaf) < 0)
			return error_sys(err, errno, "make link %s", item->to);
		return set_name(copying, item, err);
	}
	if (mknodat(copying->folder, leaf, type | 0600, item->st.st_rdev) < 0 ||
	    fchmodat(copying->folder, leaf, mode_of(copying->request, item),
		     0) < 0)
		return error_sys(err, errno, "make node %s", item->to);
	return set_name(copying, item, err);
}

/* Makes room for something that is no folder. */
static int clear_place(const struct copying *copying,
		       const struct file_item *item, struct error *err)
{
	const char *leaf = leaf_of(item->to);
	struct stat there;

	if (fstatat(copying->folder, leaf, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : error_sys(err, errno, "stat %s", item->to);
	if (S_ISDIR(there.st_mode))
		return error_set(err, ERROR_INVALID,
				 "cannot copy file %s over folder %s",
				 item->from, item->to);
	if (unlinkat(copying->folder, leaf, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "replace %s", item->to);
	return 0;
}

/* True when it was made as another name of a file that was copied before. */
static bool copy_link(struct copying *copying, const struct file_item *item)
{
	const char *first = NULL;

	if (item->st.st_nlink > 1)
		first = inode_map_meet(&copying->inodes, item->st.st_dev,
				       item->st.st_ino, item->to);
	/* both paths were made here; where linking fails it is copied */
	return first && linkat(copying->request->to, first, copying->folder,
			       leaf_of(item->to), 0) == 0;
}

static int copy_folder(struct copying *copying, size_t index,
		       const struct file_item *item, struct error *err)
{
	const char *leaf = leaf_of(item->to);
	struct stat there;

	if (!*item->to)
		return 0; /* the destination itself */
	copying->is_due[index] = true;
	if (mkdirat(copying->folder, leaf, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return error_sys(err, errno, "make folder %s", item->to);
	if (fstatat(copying->folder, leaf, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat %s", item->to);
	if (!S_ISDIR(there.st_mode))
		return error_set(err, ERROR_INVALID,
				 "cannot copy folder %s over file %s",
				 item->from, item->to);
	return 0;
}

static int copy_item(struct copying *copying, size_t index, struct error *err)
{
	const struct file_copy *request = copying->request;
	const struct file_item *item =
		&request->list->items[request->first + index];

	if (open_parent(request->to, *item->to ? item->to : ".",
			&copying->folder, &copying->folder_path, err) < 0)
		return -1;
	if (S_ISDIR(item->st.st_mode))
		return copy_folder(copying, index, item, err);
	if (open_parent(request->root, item->from, &copying->source,
			&copying->source_path, err) < 0 ||
	    clear_place(copying, item, err) < 0)
		return -1;
	if (copy_link(copying, item))
		return 0;
	return S_ISREG(item->st.st_mode) ? copy_file(copying, item, err)
					 : copy_other(copying, item, err);
}

/* A folder's own attributes, once all that is in it is there. */
static int finish_folder(const struct copying *copying, size_t index,
			 struct error *err)
{
	const struct file_copy *request = copying->request;
	const struct file_item *item =
		&request->list->items[request->first + index];
	autoclose int from = -1;
	autoclose int to = -1;

	if (!copying->is_due[index])
		return 0;
	from = fs_open_raw(request->root, item->from, FS_NO_LINKS,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	to = fs_open_raw(request->to, item->to, FS_NO_LINKS,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (from < 0 || to < 0)
		return error_sys(err, errno, "open folder %s", item->from);
	if (pack_xattrs_copy(from, to, err) < 0)
		return -1;
	return set_file(request, to, item, err);
}

int file_copy(const struct file_copy *request, struct error *err)
{
	autoclean(copying_release) struct copying copying = {
		.request = request,
		.inodes = INODE_MAP_INIT,
		.folder = -1,
		.source = -1,
	};

	copying.is_due = xcalloc(request->count + 1, sizeof(bool));
	for (size_t i = 0; i < request->count; i++)
		if (copy_item(&copying, i, err) < 0)
			return -1;
	for (size_t i = request->count; i > 0; i--)
		if (finish_folder(&copying, i - 1, err) < 0)
			return -1;
	return 0;
}
