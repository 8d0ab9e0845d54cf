/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a tree by descriptor. Kept apart from base/fs.c: the walk keeps its
 * own stack, so that a path of any depth needs neither recursion nor a name
 * longer than one component.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

struct level {
	DIR *dir;
	char *name; /* below the level above; owned */
};

struct walk {
	struct level *levels;
	size_t depth;
	size_t allocated;
	dev_t device;
};

static int enter(struct walk *walk, int parent, const char *name,
		 struct error *err)
{
	autoclose int fd = openat(
		parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	DIR *dir;

	if (fd < 0)
		return error_sys(err, errno, "open %s", name);
	if (fstat(fd, &st) < 0)
		return error_sys(err, errno, "stat %s", name);
	if (walk->depth && st.st_dev != walk->device)
		return error_set(err, ERROR_BUSY, "%s is a mount point", name);
	walk->device = st.st_dev;
	dir = fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read %s", name);
	fd = -1; /* the stream owns it now */
	if (walk->depth == walk->allocated) {
		walk->allocated = walk->allocated ? walk->allocated * 2 : 16;
		walk->levels = xreallocarray(walk->levels, walk->allocated,
					     sizeof(*walk->levels));
	}
	walk->levels[walk->depth++] = (struct level){ dir, xstrdup(name) };
	return 0;
}

static void leave(struct walk *walk)
{
	struct level *top = &walk->levels[--walk->depth];

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

/* Handles the top level once; *DONE when nothing is left of the tree. */
static int advance(struct walk *walk, int root, struct error *err)
{
	struct level *top = &walk->levels[walk->depth - 1];
	struct dirent *entry = readdir(top->dir);
	autofree char *name = NULL;
	int parent;

	if (entry)
		return is_dots(entry->d_name) ? 0
					      : remove_entry(walk, entry, err);
	name = xstrdup(top->name);
	leave(walk);
	parent = walk->depth ? dirfd(walk->levels[walk->depth - 1].dir) : root;
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove directory %s", name);
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
	while (result == 0 && walk.depth)
		result = advance(&walk, dirfd, err);
	while (walk.depth)
		leave(&walk);
	free(walk.levels);
	return result;
}
