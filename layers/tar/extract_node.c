/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files, directories, links and devices, each one name in an open directory.
 *
 * Most names are new, so the call that makes them comes first and only when it
 * says EEXIST is looked at what is there. Plain openat, write, futimens, close
 * measured faster than O_TMPFILE, preallocation or io_uring.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fs.h"
#include "layers/tar/extract_internal.h"

/* Counts SIZE more bytes of contents. */
static int account(struct extract *extract, uint64_t size, struct error *err)
{
	uint64_t limit = extract->options.max_bytes;

	if (size > limit || extract->result.content_size > limit - size)
		return error_set(err, ERROR_TOO_LARGE,
				 "its files take more than %llu bytes",
				 (unsigned long long)limit);
	extract->result.content_size += size;
	return 0;
}

static int write_contents(struct extract_item *item, int fd, struct error *err)
{
	const void *data;
	size_t length;
	uint64_t offset;
	uint64_t end = 0;

	for (;;) {
		if (tar_read_data(item->reader, &data, &length, &offset, err) <
		    0)
			return -1;
		if (!length)
			break;
		if (offset == end) {
			if (fs_write_all(fd, data, length, err) < 0)
				return -1;
		} else {
			if (lseek(fd, (off_t)offset, SEEK_SET) < 0)
				return error_sys(err, errno, "seek");
			if (fs_write_all(fd, data, length, err) < 0)
				return -1;
		}
		end = offset + length;
	}
	/* a hole at the end, or nothing but one */
	if (end < (uint64_t)item->entry->size) {
		if (!item->entry->is_sparse)
			return error_set(err, ERROR_CORRUPT,
					 "its contents are short");
		if (ftruncate(fd, (off_t)item->entry->size) < 0)
			return error_sys(err, errno, "set its size");
	}
	return 0;
}

/* Like open for a new name, but takes the place of what has it. */
static int create_file(struct extract_item *item, int *fd_out,
		       struct error *err)
{
	const char *name = item->path->leaf;
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	*fd_out = openat(item->parent, name, flags, item->entry->mode);
	if (*fd_out < 0 && errno == EEXIST) {
		if (extract_remove(item->extract, item->parent, name, err) < 0)
			return -1;
		*fd_out = openat(item->parent, name, flags, item->entry->mode);
	}
	if (*fd_out < 0)
		return error_sys(err, errno, "create the file");
	return 0;
}

static int make_file(struct extract_item *item, struct error *err)
{
	autoclose int fd = -1;
	struct extract_target target = { .exact_mode = true,
					 .exact_owner = true };

	if (account(item->extract, (uint64_t)item->entry->size, err) < 0 ||
	    create_file(item, &fd, err) < 0 ||
	    write_contents(item, fd, err) < 0)
		return -1;
	target.fd = fd;
	if (extract_attributes(item, &target, err) < 0)
		return -1;
	/* a network or quota file system may only now tell of a failed write */
	if (close(TAKE_FD(fd)) < 0)
		return error_sys(err, errno, "close the file");
	return 0;
}

/* Rights the directory gets at first; the rest follows at the end. */
static mode_t first_mode(struct extract_item *item)
{
	mode_t mode = item->entry->mode;

	return extract_fixup_needs_mode(item->extract, item->entry)
		       ? mode | 0700
		       : mode;
}

static int open_new_directory(struct extract_item *item, struct error *err)
{
	int fd = openat(item->parent, item->path->leaf,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 ? fd : error_sys(err, errno, "open the directory");
}

/* Attributes and the later ones of a directory. */
static int finish_directory(struct extract_item *item,
			    const struct extract_target *target,
			    struct error *err)
{
	path_set_remove(&item->extract->implicit, item->full);
	if (extract_attributes(item, target, err) < 0)
		return -1;
	return extract_fixup_add(item->extract, item->full, item->entry, err);
}

/* A directory that is there keeps its contents and gets new attributes. */
static int update_directory(struct extract_item *item, struct error *err)
{
	autoclose int fd = open_new_directory(item, err);
	struct extract_target target = { .fd = fd };

	if (fd < 0)
		return -1;
	return finish_directory(item, &target, err);
}

/* A directory where something else was; what was below that stays hidden. */
static int replace_by_directory(struct extract_item *item, struct error *err)
{
	const char *name = item->path->leaf;
	autoclose int fd = -1;
	struct extract_target target = { .exact_mode = true,
					 .exact_owner = true };

	if (extract_remove(item->extract, item->parent, name, err) < 0)
		return -1;
	if (mkdirat(item->parent, name, first_mode(item)) < 0)
		return error_sys(err, errno, "make the directory");
	fd = open_new_directory(item, err);
	if (fd < 0)
		return -1;
	target.fd = fd;
	if (!item->extract->options.merged &&
	    extract_mark_opaque(item->extract, fd, err) < 0)
		return -1;
	return finish_directory(item, &target, err);
}

/* Whether a fresh directory is right as mkdir made it. */
static bool is_plain_directory(const struct extract_item *item)
{
	const struct extract *extract = item->extract;
	const struct entry *entry = item->entry;

	return !item->setgid && !entry->xattr_count &&
	       !(entry->mode & (S_ISUID | S_ISGID)) &&
	       !(entry->mode & extract->options.umask) &&
	       (extract->options.ignore_owners ||
		(entry->uid == extract->uid && entry->gid == extract->gid));
}

static int make_new_directory(struct extract_item *item, struct error *err)
{
	autoclose int fd = -1;
	struct extract_target target = { .exact_mode = true,
					 .exact_owner = true };

	if (is_plain_directory(item))
		return extract_fixup_add(item->extract, item->full, item->entry,
					 err);
	fd = open_new_directory(item, err);
	if (fd < 0)
		return -1;
	target.fd = fd;
	return finish_directory(item, &target, err);
}

static int make_directory(struct extract_item *item, struct error *err)
{
	const char *name = item->path->leaf;
	struct stat st;

	if (mkdirat(item->parent, name, first_mode(item)) == 0)
		return make_new_directory(item, err);
	if (errno != EEXIST)
		return error_sys(err, errno, "make the directory");
	if (fstatat(item->parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat what is there");
	return S_ISDIR(st.st_mode) ? update_directory(item, err)
				   : replace_by_directory(item, err);
}

int extract_root(struct extract_item *item, struct error *err)
{
	struct extract_target target = { .fd = item->parent };

	if (item->entry->type != ENTRY_DIRECTORY)
		return error_set(err, ERROR_INVALID,
				 "the root must be a directory");
	item->extract->result.has_root = true;
	if (extract_attributes(item, &target, err) < 0)
		return -1;
	if (extract_fixup_add(item->extract, item->full, item->entry, err) < 0)
		return -1;
	free(item->extract->parent.path); /* its setgid bit may be another */
	item->extract->parent.path = NULL;
	return 0;
}

/* One of the calls that make a name in a single step. */
static int make_once(struct extract_item *item)
{
	const struct entry *entry = item->entry;
	const char *name = item->path->leaf;

	switch (entry->type) {
	case ENTRY_SYMLINK:
		return symlinkat(entry->link, item->parent, name);
	case ENTRY_FIFO:
		return mknodat(item->parent, name, S_IFIFO | entry->mode, 0);
	case ENTRY_CHARACTER_DEVICE:
		return mknodat(item->parent, name, S_IFCHR | entry->mode,
			       makedev((unsigned)entry->major,
				       (unsigned)entry->minor));
	case ENTRY_BLOCK_DEVICE:
		return mknodat(item->parent, name, S_IFBLK | entry->mode,
			       makedev((unsigned)entry->major,
				       (unsigned)entry->minor));
	case ENTRY_NONE:
	case ENTRY_FILE:
	case ENTRY_DIRECTORY:
	case ENTRY_HARDLINK:
		break;
	}
	errno = EINVAL;
	return -1;
}

static bool is_device(const struct entry *entry)
{
	return entry->type == ENTRY_CHARACTER_DEVICE ||
	       entry->type == ENTRY_BLOCK_DEVICE;
}

static int make_special(struct extract_item *item, struct error *err)
{
	struct extract_target target = { .fd = -1,
					 .exact_mode = true,
					 .exact_owner = true };
	int result = make_once(item);

	if (result < 0 && errno == EEXIST) {
		if (extract_remove(item->extract, item->parent,
				   item->path->leaf, err) < 0)
			return -1;
		result = make_once(item);
	}
	if (result < 0 && errno == EPERM && is_device(item->entry)) {
		/* the runtime provides the devices of a container itself */
		item->extract->result.skipped_devices++;
		return 0;
	}
	if (result < 0)
		return error_sys(err, errno, "make it");
	return extract_attributes(item, &target, err);
}

/*
 * Finds the file that a hard link names. FD_OUT is its directory, or -1 when
 * it is not in this layer.
 */
static void find_target(const struct extract_item *item,
			const struct entry_path *target, int *fd_out,
			struct stat *st)
{
	const struct extract_options *options = &item->extract->options;

	*fd_out = fs_open_raw(options->directory,
			      *target->parent ? target->parent : ".",
			      FS_IN_ROOT, O_PATH | O_DIRECTORY, 0);
	if (*fd_out < 0)
		return;
	if (fstatat(*fd_out, target->leaf, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (options->merged || !extract_is_whiteout(st)))
		return;
	(void)close(*fd_out); /* only a path handle */
	*fd_out = -1;
}

static int link_to(struct extract_item *item, int target_parent,
		   const char *target, const struct stat *target_st,
		   struct error *err)
{
	const char *name = item->path->leaf;
	struct stat st;

	/* AT_SYMLINK_FOLLOW is not given: a link's link is the link itself */
	if (linkat(target_parent, target, item->parent, name, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return error_sys(err, errno, "make the hard link");
	if (fstatat(item->parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == target_st->st_dev && st.st_ino == target_st->st_ino)
		return 0; /* they are one already */
	if (extract_remove(item->extract, item->parent, name, err) < 0)
		return -1;
	if (linkat(target_parent, target, item->parent, name, 0) < 0)
		return error_sys(err, errno, "make the hard link");
	return 0;
}

static int make_hardlink(struct extract_item *item, struct error *err)
{
	autoclean(entry_path_release) struct entry_path target =
		ENTRY_PATH_INIT;
	struct extract *extract = item->extract;
	autoclose int fd = -1;
	struct stat st = { 0 };

	if (entry_path_parse(item->entry->link, extract->options.max_path,
			     &target, err) < 0)
		return error_wrap(err, "link target");
	if (!*target.leaf)
		return error_set(err, ERROR_INVALID, "a hard link to the root");
	find_target(item, &target, &fd, &st);
	if (fd < 0 && extract->options.merged)
		return error_set(err, ERROR_INVALID,
				 "a hard link to a file that is not there");
	if (fd < 0) {
		extract->result.needs_parents = true;
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return error_set(err, ERROR_INVALID,
				 "a hard link to a directory");
	return link_to(item, fd, target.leaf, &st, err);
}

int extract_node(struct extract_item *item, struct error *err)
{
	switch (item->entry->type) {
	case ENTRY_FILE:
		return make_file(item, err);
	case ENTRY_DIRECTORY:
		return make_directory(item, err);
	case ENTRY_HARDLINK:
		return make_hardlink(item, err);
	case ENTRY_SYMLINK:
	case ENTRY_FIFO:
	case ENTRY_CHARACTER_DEVICE:
	case ENTRY_BLOCK_DEVICE:
		return make_special(item, err);
	case ENTRY_NONE:
		break;
	}
	return error_set(err, ERROR_INVALID, "a type that layers do not have");
}
