/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a tree by descriptor. Kept apart from base/fs.c: the walk keeps its
 * own stack, so that a path of any depth needs neither recursion nor a name
 * longer than one component. Only the innermost levels stay open: a folder
 * above them is reached again by "..", and must then be the one it was.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/fs.h"

/* Levels kept open at a time. */
enum { WALK_OPEN_MAX = 32 };

struct level {
	DIR *dir;   /* NULL while closed to save descriptors */
	char *name; /* below the level above; owned */
	dev_t device;
	ino_t inode;
};

struct walk {
	struct level *levels;
	size_t depth;
	size_t allocated;
};

/*
 * Opens the folder NAME, neither through a link nor into another mount: a
 * bind mount of the same file system has the same device number, so only the
 * kernel can tell.
 */
static int open_folder(int parent, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, parent, name, &how, sizeof(how));
}

static int push(struct walk *walk, int fd, const char *name, struct error *err)
{
	struct stat st;
	DIR *dir;

	if (fstat(fd, &st) < 0)
		return error_sys(err, errno, "stat %s", name);
	if (fs_open_stream(fd, &dir, err) < 0)
		return error_wrap(err, "%s", name);
	if (walk->depth == walk->allocated) {
		walk->allocated = walk->allocated ? walk->allocated * 2 : 16;
		walk->levels = xreallocarray(walk->levels, walk->allocated,
					     sizeof(*walk->levels));
	}
	if (walk->depth >= WALK_OPEN_MAX) {
		struct level *far = &walk->levels[walk->depth - WALK_OPEN_MAX];

		if (far->dir)
			(void)closedir(TAKE_PTR(far->dir)); /* only read */
	}
	walk->levels[walk->depth++] = (struct level){ dir, xstrdup(name),
						      st.st_dev, st.st_ino };
	return 0;
}

static int enter(struct walk *walk, int parent, const char *name,
		 struct error *err)
{
	int fd = open_folder(parent, name);

	if (fd < 0 && errno == EXDEV)
		return error_set(err, ERROR_BUSY, "%s is a mount point", name);
	if (fd < 0)
		return error_sys(err, errno, "open %s", name);
	if (push(walk, fd, name, err) < 0) {
		(void)close(fd); /* a folder handle */
		return -1;
	}
	return 0;
}

static void leave(struct walk *walk)
{
	struct level *top = &walk->levels[--walk->depth];

	if (top->dir)
		(void)closedir(top->dir); /* only read */
	free(top->name);
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* Unlinks one entry, or enters it when it is a directory. */
static int remove_entry(struct walk *walk, const struct dirent *entry,
			struct error *err)
{
	int fd = dirfd(walk->levels[walk->depth - 1].dir);

	if (entry->d_type != DT_DIR) {
		if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT)
			return 0;
		if (errno != EISDIR)
			return error_sys(err, errno, "remove %s",
					 entry->d_name);
	}
	return enter(walk, fd, entry->d_name, err);
}

/* Opens LEVEL again from the folder CHILD in it. */
static int reopen(struct level *level, int child, struct error *err)
{
	autoclose int fd = open_folder(child, "..");
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open %s again", level->name);
	if (st.st_dev != level->device || st.st_ino != level->inode)
		return error_set(err, ERROR_BUSY,
				 "%s was moved while it was being removed",
				 level->name);
	if (fs_open_stream(fd, &level->dir, err) < 0)
		return error_wrap(err, "%s", level->name);
	(void)TAKE_FD(fd); /* the stream's now */
	return 0;
}

/* Removes the emptied top level and goes back to the one above. */
static int remove_top(struct walk *walk, int root, struct error *err)
{
	struct level *top = &walk->levels[walk->depth - 1];
	struct level *above = walk->depth > 1 ? top - 1 : NULL;
	int parent;

	if (above && !above->dir && reopen(above, dirfd(top->dir), err) < 0)
		return -1;
	parent = above ? dirfd(above->dir) : root;
	if (unlinkat(parent, top->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove directory %s", top->name);
	leave(walk);
	return 0;
}

int fs_remove_tree(int dirfd, const char *name, struct error *err)
{
	struct walk walk = { 0 };
	int result;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return error_sys(err, errno, "remove %s", name);
	result = enter(&walk, dirfd, name, err);
	while (result == 0 && walk.depth) {
		struct dirent *entry = readdir(walk.levels[walk.depth - 1].dir);

		if (!entry)
			result = remove_top(&walk, dirfd, err);
		else if (!is_dots(entry->d_name))
			result = remove_entry(&walk, entry, err);
	}
	while (walk.depth)
		leave(&walk);
	free(walk.levels);
	return result;
}
