/* SPDX-License-Identifier: Apache-2.0 */
/* Walking a tree into a list. */
#include "builder/files/file_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strvec.h"
#include "layers/layers_limits.h"
#include "layers/tar/kernel_fs.h"

/* One walk: the items from FIRST on are its own. */
struct walking {
	const struct file_walk *walk;
	struct file_list *list;
	size_t first;
};

static struct file_item *add_item(struct file_list *list)
{
	if (list->count == list->allocated) {
		list->allocated = list->allocated ? list->allocated * 2 : 16;
		list->items = xreallocarray(list->items, list->allocated,
					    sizeof(*list->items));
	}
	list->items[list->count] = (struct file_item){ NULL };
	return &list->items[list->count++];
}

static char *join(const char *folder, const char *name)
{
	if (!*folder || !strcmp(folder, "."))
		return xstrdup(name);
	return xasprintf("%s/%s", folder, name);
}

/* PATH below the walk's beginning; a lone file is known by its own name. */
static const char *inner_path(const struct file_walk *walk, const char *path)
{
	size_t length = strlen(walk->from);
	const char *slash;

	if (!strcmp(walk->from, "."))
		return path;
	if (path[length] == '/')
		return path + length + 1;
	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Whether PATH is left out, and if so whether something below it may not be. */
static bool is_left_out(const struct file_walk *walk, const char *path,
			bool is_start, bool *reaches)
{
	bool left_out = false;

	*reaches = true;
	if (!strcmp(path, "."))
		return false;
	if (walk->ignore && ignore_is_ignored(walk->ignore, path)) {
		left_out = true;
		*reaches = ignore_may_reach(walk->ignore, path);
	}
	/* a folder that was named is no path below itself */
	if (walk->excludes && !is_start) {
		const char *inner = inner_path(walk, path);

		if (ignore_is_ignored(walk->excludes, inner)) {
			left_out = true;
			*reaches = *reaches &&
				   ignore_may_reach(walk->excludes, inner);
		}
	}
	return left_out;
}

static int read_link(int dirfd, const char *name, struct file_item *item,
		     struct error *err)
{
	char target[LAYERS_MAX_PATH + 1];
	ssize_t length = readlinkat(dirfd, name, target, sizeof(target) - 1);

	if (length < 0)
		return error_sys(err, errno, "read link %s", item->from);
	target[length] = '\0';
	item->link = xstrdup(target);
	return 0;
}

/* Appends the name NAME of DIRFD, unless it is left out. */
static int take_name(struct walking *walking, int dirfd, const char *name,
		     size_t parent, struct error *err)
{
	struct file_list *list = walking->list;
	const struct file_item *folder = &list->items[parent];
	autofree char *from = join(folder->from, name);
	autofree char *to = join(folder->to, name);
	struct file_item *item;
	struct stat st;
	bool left_out;
	bool reaches;

	if (strlen(from) > LAYERS_MAX_PATH)
		return error_set(err, ERROR_TOO_LARGE, "a path is too long");
	left_out = is_left_out(walking->walk, from, false, &reaches);
	if (left_out && !reaches)
		return 0;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : error_sys(err, errno, "stat %s", from);
	if (S_ISSOCK(st.st_mode) || (left_out && !S_ISDIR(st.st_mode)))
		return 0;
	item = add_item(list);
	item->from = TAKE_PTR(from);
	item->to = TAKE_PTR(to);
	item->st = st;
	item->parent = parent;
	item->is_ignored = left_out;
	return S_ISLNK(st.st_mode) ? read_link(dirfd, name, item, err) : 0;
}

/* What is in the folder of item INDEX. */
static int take_folder(struct walking *walking, size_t index, struct error *err)
{
	autofree char *path = xstrdup(walking->list->items[index].from);
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int fd = fs_open_raw(walking->walk->root, path, FS_NO_LINKS,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	if (kernel_fs_holds(fd))
		return 0;
	if (fs_list(fd, ".", &names, err) < 0)
		return error_wrap(err, "%s", path);
	for (size_t i = 0; i < names.count; i++)
		if (take_name(walking, fd, names.items[i], index, err) < 0)
			return -1;
	return 0;
}

/* The item of the walk's beginning; none when it is left out whole. */
static int take_start(struct walking *walking, struct error *err)
{
	const struct file_walk *walk = walking->walk;
	autoclose int fd = fs_open_raw(walk->root, walk->from, FS_NO_LINKS,
				       O_PATH | O_NOFOLLOW, 0);
	struct file_item *item;
	struct stat st;
	bool left_out;
	bool reaches;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "%s", walk->from);
	left_out = is_left_out(walk, walk->from, S_ISDIR(st.st_mode), &reaches);
	if (left_out && (!reaches || !S_ISDIR(st.st_mode)))
		return 0;
	item = add_item(walking->list);
	item->from = xstrdup(walk->from);
	item->to = xstrdup(walk->to);
	item->st = st;
	item->parent = walking->first;
	item->is_ignored = left_out;
	return S_ISLNK(st.st_mode) ? read_link(fd, "", item, err) : 0;
}

static void free_item(struct file_item *item)
{
	free(item->from);
	free(item->to);
	free(item->link);
}

/* Ignored folders stay only where something in them does. */
static void drop_idle(struct walking *walking)
{
	struct file_list *list = walking->list;
	autofree size_t *place = xcalloc(list->count, sizeof(*place));
	size_t kept = walking->first;

	for (size_t i = list->count; i > walking->first; i--) {
		const struct file_item *item = &list->items[i - 1];

		if (!item->is_ignored && item->parent != i - 1)
			list->items[item->parent].is_ignored = false;
	}
	for (size_t i = walking->first; i < list->count; i++) {
		struct file_item item = list->items[i];

		if (item.is_ignored) {
			free_item(&item);
			continue;
		}
		place[i] = kept;
		item.parent = place[item.parent];
		list->items[kept++] = item;
	}
	list->count = kept;
}

int file_list_walk(const struct file_walk *walk, struct file_list *list,
		   struct error *err)
{
	struct walking walking = { walk, list, list->count };

	if (take_start(&walking, err) < 0)
		return -1;
	for (size_t i = walking.first; i < list->count; i++) /* it grows */
		if (S_ISDIR(list->items[i].st.st_mode) &&
		    take_folder(&walking, i, err) < 0)
			return -1;
	drop_idle(&walking);
	return 0;
}

void file_list_release(struct file_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free_item(&list->items[i]);
	free(list->items);
	*list = (struct file_list)FILE_LIST_INIT;
}
