/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a tree and writes it down.
 *
 * Directories wait on a stack as paths and are opened from the root when their
 * turn comes, so the depth of a tree costs neither descriptors nor recursion.
 */
#include "layers/tar/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strvec.h"
#include "layers/layers_limits.h"
#include "layers/tar/inode_map.h"
#include "layers/tar/kernel_fs.h"
#include "layers/tar/overlay_marker.h"
#include "layers/tar/owner_note.h"
#include "layers/tar/pack_xattr.h"
#include "layers/tar/tar_write.h"
#include "layers/tar/whiteout.h"

struct pack {
	const struct pack_options *options;
	struct tar_writer *writer;
	struct strvec waiting; /* directories, the next one last */
	struct inode_map inodes;
	dev_t device;
	bool has_notes; /* of owners */
	struct pack_result result;
	char *buffer; /* LAYERS_CHUNK bytes */
};

/* One name on its way. */
struct pack_item {
	struct pack *pack;
	int dirfd;
	const char *name;
	const char *path;
	struct stat st;
};

static char *join(const char *directory, const char *name)
{
	if (!*directory)
		return xstrdup(name);
	return xasprintf("%s/%s", directory, name);
}

static void set_time(const struct pack *pack, const struct stat *st,
		     struct entry *entry)
{
	const struct pack_options *o = pack->options;

	entry->mtime = st->st_mtim.tv_sec;
	entry->mtime_nanosecond = o->keep_nanoseconds ? st->st_mtim.tv_nsec : 0;
	if (o->has_latest && entry->mtime >= o->latest) {
		entry->mtime = o->latest;
		entry->mtime_nanosecond = 0;
	}
}

static enum entry_type type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return ENTRY_FILE;
	case S_IFDIR:
		return ENTRY_DIRECTORY;
	case S_IFLNK:
		return ENTRY_SYMLINK;
	case S_IFCHR:
		return ENTRY_CHARACTER_DEVICE;
	case S_IFBLK:
		return ENTRY_BLOCK_DEVICE;
	case S_IFIFO:
		return ENTRY_FIFO;
	default:
		return ENTRY_NONE; /* a socket means nothing elsewhere */
	}
}

static void describe(const struct pack_item *item, struct entry *entry)
{
	const struct stat *st = &item->st;
	uid_t uid = st->st_uid;
	gid_t gid = st->st_gid;

	if (item->pack->options->ids)
		idshift_in(item->pack->options->ids, &uid, &gid);
	*entry = (struct entry){
		.type = type_of(st->st_mode),
		.path = item->path,
		.uid = uid,
		.gid = gid,
		.mode = st->st_mode & 07777,
		.size = S_ISREG(st->st_mode) ? st->st_size : 0,
	};
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		entry->major = major(st->st_rdev);
		entry->minor = minor(st->st_rdev);
	}
	set_time(item->pack, st, entry);
}

static int put(struct pack_item *item, const struct entry *entry,
	       struct error *err)
{
	struct pack_result *result = &item->pack->result;

	result->entries++;
	/* a mark of the layer's own has no time */
	if (entry->mtime > result->latest && entry->mode)
		result->latest = entry->mtime;
	return tar_write_entry(item->pack->writer, entry, err);
}

/* Copies SIZE bytes, and zeros where the file has become shorter. */
static int put_contents(struct pack *pack, int fd, uint64_t size,
			struct error *err)
{
	bool at_end = false;

	while (size) {
		size_t want = size < LAYERS_CHUNK ? (size_t)size
						  : (size_t)LAYERS_CHUNK;
		ssize_t got = 0;

		if (!at_end)
			got = read(fd, pack->buffer, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read");
		if (!got) {
			at_end = true;
			memset(pack->buffer, 0, want);
			got = (ssize_t)want;
		}
		if (tar_write_data(pack->writer, pack->buffer, (size_t)got,
				   err) < 0)
			return -1;
		size -= (uint64_t)got;
	}
	return 0;
}

/* The status is taken again: between stat and open a name may change hands. */
static int open_regular(struct pack_item *item, struct error *err)
{
	int fd = openat(item->dirfd, item->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				O_CLOEXEC);

	if (fd < 0)
		return error_sys(err, errno, "open");
	if (fstat(fd, &item->st) < 0 || !S_ISREG(item->st.st_mode)) {
		(void)close(fd); /* only read */
		return error_set(err, ERROR_BUSY, "it changes while read");
	}
	return fd;
}

static int pack_file(struct pack_item *item, struct error *err)
{
	autoclean(pack_xattrs_release) struct pack_xattrs xattrs =
		PACK_XATTRS_INIT;
	struct pack *pack = item->pack;
	autoclose int fd = open_regular(item, err);
	struct entry entry;

	if (fd < 0)
		return -1;
	if (pack->options->is_overlay_upper &&
	    overlay_marker_check_whole(fd, err) < 0)
		return -1;
	if (pack_xattrs_read(&xattrs, fd, err) < 0)
		return -1;
	describe(item, &entry);
	if (item->pack->has_notes)
		owner_note_apply(fd, &entry);
	entry.xattrs = xattrs.items;
	entry.xattr_count = xattrs.count;
	pack->result.content_size += (uint64_t)entry.size;
	if (put(item, &entry, err) < 0)
		return -1;
	return put_contents(pack, fd, (uint64_t)entry.size, err);
}

static int pack_symlink(struct pack_item *item, struct error *err)
{
	char target[LAYERS_MAX_PATH + 1];
	ssize_t length = readlinkat(item->dirfd, item->name, target,
				    sizeof(target) - 1);
	struct entry entry;

	if (length < 0)
		return error_sys(err, errno, "read link");
	target[length] = '\0';
	describe(item, &entry);
	entry.link = target;
	return put(item, &entry, err);
}

/*
 * Whether the directories below have NAME at all; without them, or when they
 * cannot be asked, they might.
 */
static bool lower_has(const struct pack *pack, const char *path)
{
	autoclose int fd = -1;

	if (pack->options->lower < 0)
		return true;
	fd = fs_open_raw(pack->options->lower, path, FS_NO_LINKS,
			 O_PATH | O_NOFOLLOW, 0);
	return fd >= 0 ||
	       (errno != ENOENT && errno != ENOTDIR && errno != ELOOP);
}

/* An empty file called LEAF in DIRECTORY: a whiteout. */
static int put_marker(struct pack_item *item, const char *directory,
		      const char *leaf, struct error *err)
{
	autofree char *path = join(directory, leaf);
	const struct entry entry = { .type = ENTRY_FILE, .path = path };

	return put(item, &entry, err);
}

/* NAME is gone from DIRECTORY. */
static int pack_whiteout(struct pack_item *item, const char *directory,
			 const char *name, struct error *err)
{
	autofree char *path = join(directory, name);
	autofree char *leaf = NULL;

	if (!*name || !lower_has(item->pack, path))
		return 0; /* made and deleted again */
	leaf = whiteout_format(name);
	return put_marker(item, directory, leaf, err);
}

static int pack_name(struct pack_item *item, const char *directory,
		     struct error *err)
{
	struct pack *pack = item->pack;
	const char *first = NULL;
	struct entry entry;

	if (pack->options->is_overlay_upper) {
		const char *deleted = overlay_marker_deleted(
			item->dirfd, item->name, &item->st);

		if (deleted)
			return pack_whiteout(item, directory, deleted, err);
		/* in a layer it would delete instead of being there */
		if (!strncmp(item->name, WHITEOUT_PREFIX,
			     strlen(WHITEOUT_PREFIX)))
			return error_set(err, ERROR_UNSUPPORTED,
					 "a layer cannot hold this name");
	}
	describe(item, &entry);
	if (entry.type == ENTRY_NONE)
		return 0;
	if (entry.type == ENTRY_DIRECTORY) {
		strvec_add(&pack->waiting, item->path);
		return 0;
	}
	if (item->st.st_nlink > 1)
		first = inode_map_meet(&pack->inodes, item->st.st_dev,
				       item->st.st_ino, item->path);
	if (first) {
		entry.type = ENTRY_HARDLINK;
		entry.link = first;
		entry.size = 0;
		return put(item, &entry, err);
	}
	if (entry.type == ENTRY_FILE)
		return pack_file(item, err);
	if (entry.type == ENTRY_SYMLINK)
		return pack_symlink(item, err);
	return put(item, &entry, err);
}

/* A mark by file stands where the name that it takes away would stand. */
static int by_meaning(const void *a, const void *b)
{
	const char *names[2] = { *(char *const *)a, *(char *const *)b };

	for (size_t i = 0; i < 2; i++)
		if (!strncmp(names[i], WHITEOUT_PREFIX,
			     strlen(WHITEOUT_PREFIX)))
			names[i] += strlen(WHITEOUT_PREFIX);
	return strcmp(names[0], names[1]);
}

static int list_names(const struct pack *pack, int fd, struct strvec *out,
		      struct error *err)
{
	if (fs_list(fd, ".", out, err) < 0)
		return -1;
	if (pack->options->is_overlay_upper && out->count)
		qsort(out->items, out->count, sizeof(*out->items), by_meaning);
	return 0;
}

static int pack_names(struct pack *pack, int fd, const char *directory,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	size_t waiting = pack->waiting.count;

	if (list_names(pack, fd, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = join(directory, names.items[i]);
		struct pack_item item = { .pack = pack,
					  .dirfd = fd,
					  .name = names.items[i],
					  .path = path };

		if (fstatat(fd, item.name, &item.st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				continue; /* gone meanwhile */
			return error_sys(err, errno, "stat %s", path);
		}
		if (pack_name(&item, directory, err) < 0)
			return error_wrap(err, "pack %s", path);
	}
	/* taken from the end: turn the new ones round */
	for (size_t i = waiting, j = pack->waiting.count; i + 1 < j; i++) {
		char *swap = pack->waiting.items[i];

		pack->waiting.items[i] = pack->waiting.items[--j];
		pack->waiting.items[j] = swap;
	}
	return 0;
}

/* The entry of the directory FD itself, and its mark when it hides. */
static int put_directory(struct pack_item *item, int fd, struct error *err)
{
	autoclean(pack_xattrs_release) struct pack_xattrs xattrs =
		PACK_XATTRS_INIT;
	const struct pack_options *options = item->pack->options;
	struct entry entry;

	if (options->is_overlay_upper &&
	    overlay_marker_check_whole(fd, err) < 0)
		return -1;
	if (pack_xattrs_read(&xattrs, fd, err) < 0)
		return -1;
	describe(item, &entry);
	if (item->pack->has_notes)
		owner_note_apply(fd, &entry);
	entry.xattrs = xattrs.items;
	entry.xattr_count = xattrs.count;
	if (put(item, &entry, err) < 0)
		return -1;
	/* overlayfs marks every new directory; few have anything to hide */
	if (options->is_overlay_upper && overlay_marker_is_opaque(fd) &&
	    lower_has(item->pack, item->path))
		return put_marker(item, item->path, WHITEOUT_OPAQUE, err);
	return 0;
}

/* One directory; PATH is empty for the root, whose entry is an option. */
static int pack_one(struct pack *pack, const char *path, struct error *err)
{
	autoclose int fd = fs_open_raw(pack->options->directory,
				       *path ? path : ".", FS_NO_LINKS,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	struct pack_item item = { .pack = pack, .dirfd = fd, .path = path };

	if (fd < 0 && errno == ENOENT)
		return 0; /* gone meanwhile */
	if (fd < 0)
		return error_sys(err, errno, "open directory %s", path);
	if (fstat(fd, &item.st) < 0)
		return error_sys(err, errno, "stat directory %s", path);
	if (!*path) {
		pack->device = item.st.st_dev;
		item.path = ".";
	}
	if ((*path || pack->options->has_root) &&
	    put_directory(&item, fd, err) < 0)
		return error_wrap(err, "pack %s", item.path);
	/* a mount point stays an empty directory */
	if (item.st.st_dev != pack->device &&
	    (!pack->options->crosses_mounts || kernel_fs_holds(fd)))
		return 0;
	return pack_names(pack, fd, path, err);
}

/* The one name that was asked for, in the root. */
static int pack_only(struct pack *pack, struct error *err)
{
	int root = pack->options->directory;
	const char *name = pack->options->only;
	struct pack_item item = {
		.pack = pack,
		.dirfd = root,
		.name = name,
		.path = name,
	};

	if (fstatat(root, name, &item.st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_sys(err, errno, "stat %s", name);
	pack->device = item.st.st_dev;
	if (pack_name(&item, "", err) < 0)
		return error_wrap(err, "pack %s", name);
	return 0;
}

static int pack_all(struct pack *pack, struct error *err)
{
	if (pack->options->only ? pack_only(pack, err) < 0
				: pack_one(pack, "", err) < 0)
		return -1;
	while (pack->waiting.count) {
		size_t last = pack->waiting.count - 1;
		autofree char *path = xstrdup(pack->waiting.items[last]);

		strvec_remove(&pack->waiting, last);
		if (pack_one(pack, path, err) < 0)
			return -1;
	}
	return tar_write_finish(pack->writer, err);
}

int pack_directory(const struct pack_options *options,
		   const struct byte_sink *sink, struct pack_result *out,
		   struct error *err)
{
	autoclean(tar_write_free) struct tar_writer *writer =
		tar_write_new(sink);
	autofree char *buffer = xmalloc(LAYERS_CHUNK);
	struct pack pack = { .options = options,
			     .writer = writer,
			     .waiting = STRVEC_INIT,
			     .inodes = INODE_MAP_INIT,
			     .has_notes = owner_note_is_used(),
			     .result = { .latest = INT64_MIN },
			     .buffer = buffer };
	int result = pack_all(&pack, err);

	strvec_release(&pack.waiting);
	inode_map_release(&pack.inodes);
	*out = pack.result;
	return result;
}
