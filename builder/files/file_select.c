/* SPDX-License-Identifier: Apache-2.0 */
/* Sources found. */
#include "builder/files/file_select.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/language/path_pattern.h"

struct selecting {
	const struct file_selection *selection;
	const char *source; /* as it was written */
	struct file_sources *out;
	size_t before; /* how many there were */
};

/* SOURCE as a path below the root, without a slash at its ends; "." for it. */
static char *clean(const char *source)
{
	autofree char *rooted = xasprintf("/%s", source);
	autofree char *path = path_pattern_clean(rooted);

	return xstrdup(path[1] ? path + 1 : ".");
}

/*
 * Where FD, opened below the root, lies: the kernel knows, links and all. The
 * path is opened again without following any link, so that nothing rests on
 * its being true.
 */
static int resolve(int root, int fd, char **out, struct error *err)
{
	char link[64];
	char base[PATH_MAX];
	char path[PATH_MAX];
	ssize_t base_length;
	ssize_t length;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
	base_length = readlink(link, base, sizeof(base) - 1);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (base_length < 0 || length < 0)
		return error_sys(err, errno, "find a source");
	base[base_length] = '\0';
	path[length] = '\0';
	if (!strcmp(base, "/"))
		base_length = 0;
	if (strncmp(path, base, (size_t)base_length) ||
	    (path[base_length] && path[base_length] != '/'))
		return error_set(err, ERROR_DENIED,
				 "a link leads out of the source's root");
	*out = xstrdup(path[base_length] && path[base_length + 1]
			       ? path + base_length + 1
			       : ".");
	return 0;
}

static bool is_ignored(const struct selecting *selecting, const char *path)
{
	const struct ignore *ignore = selecting->selection->ignore;

	return ignore && strcmp(path, ".") != 0 &&
	       ignore_is_ignored(ignore, path) &&
	       !ignore_may_reach(ignore, path);
}

/* With --parents: what is behind the last "/./", or all of it. */
static char *parents_name(const char *source, const char *path)
{
	const char *pivot = strstr(source, "/./");
	size_t skipped = 0;

	for (; pivot; pivot = strstr(pivot, "/./")) {
		autofree char *front = xstrndup(source,
						(size_t)(pivot - source));
		autofree char *cleaned = clean(front);

		skipped = strcmp(cleaned, ".") ? strlen(cleaned) + 1 : 0;
		pivot += 2;
	}
	return xstrdup(strlen(path) >= skipped ? path + skipped : path);
}

static int add(struct selecting *selecting, const char *path, struct error *err)
{
	const struct file_selection *selection = selecting->selection;
	struct file_sources *out = selecting->out;
	autoclose int fd = -1;
	autofree char *where = NULL;
	const char *slash = strrchr(path, '/');
	struct file_source source;
	struct stat st;

	if (is_ignored(selecting, path))
		return 0;
	fd = fs_open_raw(selection->root, path, FS_IN_ROOT, O_PATH, 0);
	if (fd < 0 && errno == ENOTDIR) /* below a file there is nothing */
		errno = ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "\"%s\"", path);
	if (resolve(selection->root, fd, &where, err) < 0)
		return error_wrap(err, "\"%s\"", path);
	if (is_ignored(selecting, where))
		return 0;
	source.path = TAKE_PTR(where);
	source.is_folder = S_ISDIR(st.st_mode);
	source.name = selection->keeps_parents
			      ? parents_name(selecting->source, path)
			      : xstrdup(slash ? slash + 1 : path);
	out->items = xreallocarray(out->items, out->count + 1,
				   sizeof(*out->items));
	out->items[out->count++] = source;
	return 0;
}

static bool is_folder(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/*
 * The paths below FOLDERS whose last component matches COMPONENT; of those that
 * a pattern goes on from ONLY_FOLDERS: it follows no links.
 */
static int match_component(int root, const struct strvec *folders,
			   const char *component, bool only_folders,
			   struct strvec *out, struct error *err)
{
	autoclean(path_pattern_release) struct path_pattern pattern =
		PATH_PATTERN_INIT;

	if (path_pattern_parse(component, true, &pattern, err) < 0)
		return -1;
	for (size_t i = 0; i < folders->count; i++) {
		const char *folder = folders->items[i];
		autoclean(strvec_release) struct strvec names = STRVEC_INIT;
		autoclose int fd = fs_open_raw(root, folder, FS_IN_ROOT,
					       O_RDONLY | O_DIRECTORY, 0);

		if (fd < 0)
			continue; /* no folder: nothing is in it */
		if (fs_list(fd, ".", &names, err) < 0)
			return -1;
		for (size_t j = 0; j < names.count; j++)
			if (path_pattern_matches(&pattern, names.items[j]) &&
			    (!only_folders || is_folder(fd, names.items[j])))
				strvec_addf(out, "%s%s%s",
					    strcmp(folder, ".") ? folder : "",
					    strcmp(folder, ".") ? "/" : "",
					    names.items[j]);
	}
	return 0;
}

/* All folders below FOLDERS, themselves included: what "**" stands for. */
static int descend(int root, const struct strvec *folders, struct strvec *out,
		   struct error *err)
{
	strvec_extend(out, folders->items, folders->count);
	for (size_t i = 0; i < out->count; i++) { /* it grows */
		autofree char *folder = xstrdup(out->items[i]);
		autoclean(strvec_release) struct strvec names = STRVEC_INIT;
		autoclose int fd = fs_open_raw(root, folder, FS_IN_ROOT,
					       O_RDONLY | O_DIRECTORY, 0);

		if (fd < 0)
			continue;
		if (fs_list(fd, ".", &names, err) < 0)
			return -1;
		for (size_t j = 0; j < names.count; j++)
			if (is_folder(fd, names.items[j]))
				strvec_addf(out, "%s%s%s",
					    strcmp(folder, ".") ? folder : "",
					    strcmp(folder, ".") ? "/" : "",
					    names.items[j]);
	}
	return 0;
}

/* Component by component, so that only folders on the way are read. */
static int match(struct selecting *selecting, const char *path,
		 struct error *err)
{
	int root = selecting->selection->root;
	autoclean(strvec_release) struct strvec found = STRVEC_INIT;
	bool is_wild = false;

	strvec_add(&found, ".");
	while (*path) {
		size_t length = strcspn(path, "/");
		autofree char *component = xstrndup(path, length);
		autoclean(strvec_release) struct strvec next = STRVEC_INIT;

		is_wild = is_wild || path_pattern_is_wild(component);
		if ((!strcmp(component, "**") && path[length]
			     ? descend(root, &found, &next, err)
			     : match_component(root, &found, component,
					       is_wild && path[length], &next,
					       err)) < 0)
			return -1;
		strvec_release(&found);
		found = next;
		next = (struct strvec)STRVEC_INIT;
		path += length + (path[length] == '/');
	}
	for (size_t i = 0; i < found.count; i++)
		if (add(selecting, found.items[i], err) < 0)
			return -1;
	return 0;
}

int file_select(const struct file_selection *selection, const char *source,
		struct file_sources *out, struct error *err)
{
	struct selecting selecting = { selection, source, out, out->count };
	autofree char *path = clean(source);
	bool is_wild = path_pattern_is_wild(path);
	int result = is_wild ? match(&selecting, path, err)
			     : add(&selecting, path, err);

	if (result < 0 && err->kind == ERROR_NOT_FOUND)
		return error_set(err, ERROR_NOT_FOUND, "\"/%s\": not found",
				 strcmp(path, ".") ? path : "");
	if (result < 0)
		return -1;
	/* a pattern may match nothing: "COPY package.json yarn.lock* ./" */
	if (out->count == selecting.before && !is_wild)
		return error_set(err, ERROR_NOT_FOUND,
				 "\"/%s\": not found, or left out by "
				 ".dockerignore",
				 path);
	return 0;
}

void file_sources_release(struct file_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		free(sources->items[i].path);
		free(sources->items[i].name);
	}
	free(sources->items);
	*sources = (struct file_sources)FILE_SOURCES_INIT;
}
