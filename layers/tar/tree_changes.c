/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares an upper directory with what is below it.
 *
 * Directories are opened from the roots by their paths when their turn comes,
 * so that a deep tree costs no descriptors; its depth is bounded by the length
 * of a path. Whether a directory has changed is known after what is in it, and
 * told before: changes are collected first.
 */
#include "layers/tar/tree_changes.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strvec.h"
#include "layers/layers_limits.h"
#include "layers/tar/overlay_marker.h"

struct change {
	enum tree_change kind;
	char *path;
};

struct walk {
	int upper, lower;
	struct change *changes;
	size_t count;
};

/* One directory of both trees; LOWER is -1 where it is new. */
struct level {
	struct walk *walk;
	const char *path; /* "" for the root, else "/a/b" */
	int upper, lower;
	bool is_opaque;
};

static int compare_directory(struct walk *walk, const char *path,
			     bool has_lower, struct error *err);

static void walk_release(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		free(walk->changes[i].path);
	free(walk->changes);
}
DEFINE_CLEANUP(struct walk, walk_release)

/* Puts a change at place AT, before what was found since. */
static void note_at(struct walk *walk, size_t at, enum tree_change kind,
		    const char *path)
{
	walk->changes = xreallocarray(walk->changes, walk->count + 1,
				      sizeof(*walk->changes));
	memmove(walk->changes + at + 1, walk->changes + at,
		(walk->count - at) * sizeof(*walk->changes));
	walk->changes[at] = (struct change){ kind, xstrdup(path) };
	walk->count++;
}

static void note(struct walk *walk, enum tree_change kind, const char *path)
{
	note_at(walk, walk->count, kind, path);
}

static int open_directory(int root, const char *path)
{
	return fs_open_raw(root, *path ? path + 1 : ".", FS_NO_LINKS,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in directory FD, sorted. */
static bool has_same_owner(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	       a->st_gid == b->st_gid;
}

/* A directory's size and time say little: docker looks at neither. */
static bool is_same(const struct stat *a, const struct stat *b)
{
	if (!has_same_owner(a, b) || a->st_rdev != b->st_rdev)
		return false;
	return S_ISDIR(a->st_mode) ||
	       (a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec);
}

static bool look(int dirfd, const char *name, struct stat *out)
{
	return dirfd >= 0 &&
	       fstatat(dirfd, name, out, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A directory of the upper one, NOW; BEFORE is what was there, or NULL. */
static int compare_folder(struct walk *walk, const char *path,
			  const struct stat *now, const struct stat *before,
			  struct error *err)
{
	bool was_folder = before && S_ISDIR(before->st_mode);
	size_t at = walk->count;

	if (compare_directory(walk, path, was_folder, err) < 0)
		return -1;
	if (!before)
		note_at(walk, at, TREE_CHANGE_ADDED, path);
	else if (walk->count > at || !is_same(now, before))
		note_at(walk, at, TREE_CHANGE_CHANGED, path);
	return 0;
}

static void note_deleted(const struct level *level, const char *name)
{
	autofree char *path = xasprintf("%s/%s", level->path, name);
	struct stat before;

	if (*name && look(level->lower, name, &before))
		note(level->walk, TREE_CHANGE_DELETED, path);
}

static int compare_entry(const struct level *level, const char *name,
			 struct error *err)
{
	struct walk *walk = level->walk;
	autofree char *path = xasprintf("%s/%s", level->path, name);
	struct stat now, before;
	bool was_there = look(level->lower, name, &before);
	const char *deleted;

	if (strlen(path) > LAYERS_MAX_PATH)
		return error_set(err, ERROR_TOO_LARGE,
				 "a path is longer than %d bytes",
				 LAYERS_MAX_PATH);
	if (!look(level->upper, name, &now))
		return 0; /* it went meanwhile */
	deleted = overlay_marker_deleted(level->upper, name, &now);
	if (deleted) {
		note_deleted(level, deleted);
		return 0;
	}
	if (S_ISDIR(now.st_mode))
		return compare_folder(walk, path, &now,
				      was_there ? &before : NULL, err);
	if (!was_there)
		note(walk, TREE_CHANGE_ADDED, path);
	else if (!is_same(&now, &before))
		note(walk, TREE_CHANGE_CHANGED, path);
	return 0;
}

/* An opaque directory hides whatever it does not have itself. */
static int note_hidden(const struct level *level, const struct strvec *shown,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (!level->is_opaque || level->lower < 0)
		return 0;
	if (fs_list(level->lower, ".", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		char **found = bsearch(&names.items[i], shown->items,
				       shown->count, sizeof(*shown->items),
				       by_name);
		autofree char *path = xasprintf("%s/%s", level->path,
						names.items[i]);

		if (!found)
			note(level->walk, TREE_CHANGE_DELETED, path);
	}
	return 0;
}

static int compare_directory(struct walk *walk, const char *path,
			     bool has_lower, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int upper = open_directory(walk->upper, path);
	autoclose int lower = has_lower ? open_directory(walk->lower, path)
					: -1;
	struct level level = { walk, path, upper, lower, false };

	if (upper < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0 /* it went meanwhile */
			       : error_sys(err, errno, "open %s", path);
	level.is_opaque = overlay_marker_is_opaque(upper);
	if (fs_list(upper, ".", &names, err) < 0 ||
	    note_hidden(&level, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (compare_entry(&level, names.items[i], err) < 0)
			return -1;
	return 0;
}

int tree_changes_list(int upper, int lower, tree_changes_visit *visit,
		      void *context, struct error *err)
{
	autoclean(walk_release) struct walk walk = { upper, lower, NULL, 0 };

	if (compare_directory(&walk, "", lower >= 0, err) < 0)
		return -1;
	for (size_t i = 0; i < walk.count; i++)
		if (visit(context, walk.changes[i].kind, walk.changes[i].path,
			  err) < 0)
			return -1;
	return 0;
}
