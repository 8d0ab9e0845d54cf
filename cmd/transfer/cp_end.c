/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up a copy's ends. */
#include "cmd/transfer/cp_end.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { CP_LINKS_MAX = 40 }; /* the kernel's limit */

/* On this machine paths are the user's own, followed as any program does. */
static int open_at(const struct cp_place *place, const char *path, int flags)
{
	if (place->root < 0)
		return open(path, flags | O_CLOEXEC);
	return fs_open_raw(place->root, path, FS_IN_ROOT, flags, 0);
}

/* PATH without its end's slashes and "/.", which are noted in OUT. */
static char *trim(const char *path, struct cp_end *out)
{
	size_t length = strlen(path);

	for (;;) {
		bool dotted = length > 1 && path[length - 1] == '.' &&
			      path[length - 2] == '/';

		if (length == 1 && path[0] == '.') {
			out->wants_contents = true;
			break;
		}
		if (dotted) {
			out->wants_contents = true;
			length--;
			continue;
		}
		if (length <= 1 || path[length - 1] != '/')
			break;
		out->wants_folder = true;
		length--;
	}
	return xstrndup(path, length);
}

/* "a/b" into "a" and "b"; the root and "." name themselves. */
static void split(const char *path, char **parent, char **name)
{
	const char *slash = strrchr(path, '/');

	if (!strcmp(path, "/") || !strcmp(path, ".") || !strcmp(path, "..")) {
		*parent = xstrdup(path);
		*name = xstrdup(".");
	} else if (!slash) {
		*parent = xstrdup(".");
		*name = xstrdup(path);
	} else if (!strcmp(slash + 1, "..")) {
		*parent = xstrdup(path);
		*name = xstrdup(".");
	} else {
		*parent = slash == path
				  ? xstrdup("/")
				  : xstrndup(path, (size_t)(slash - path));
		*name = xstrdup(slash + 1);
	}
}

int cp_end_missing(const struct cp_place *place, const char *path,
		   struct error *err)
{
	if (place->root < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "lstat %s: no such file or directory", path);
	return error_set(err, ERROR_NOT_FOUND,
			 "Could not find the file %s in container %s", path,
			 place->container);
}

static int open_parent(const struct cp_place *place, const char *parent,
		       struct cp_end *out, struct error *err)
{
	cleanup_close(&out->parent);
	out->parent = open_at(place, parent, O_RDONLY | O_DIRECTORY);
	if (out->parent >= 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return cp_end_missing(place, parent, err);
	return error_sys(err, errno, "open %s", parent);
}

/* One step: where PATH is, and what is there. */
static int look(const struct cp_place *place, const char *path,
		struct cp_end *out, struct error *err)
{
	autofree char *parent = NULL;

	free(out->name);
	split(path, &parent, &out->name);
	if (open_parent(place, parent, out, err) < 0)
		return -1;
	out->exists = fstatat(out->parent, out->name, &out->st,
			      AT_SYMLINK_NOFOLLOW) == 0;
	if (!out->exists && errno != ENOENT)
		return error_sys(err, errno, "stat %s", path);
	return 0;
}

/* Where a link at the end of PATH leads to. */
static char *read_link(const char *path, const struct cp_end *at)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(at->parent, at->name, target,
				    sizeof(target) - 1);
	const char *slash = strrchr(path, '/');

	if (length <= 0)
		return NULL;
	target[length] = '\0';
	if (target[0] == '/' || !slash)
		return xstrdup(target);
	return xasprintf("%.*s/%s", (int)(slash - path), path, target);
}

int cp_end_find(const struct cp_place *place, const char *path, bool follows,
		struct cp_end *out, struct error *err)
{
	autofree char *at = trim(*path ? path : ".", out);
	const char *slash = strrchr(at, '/');
	int links = 0;

	out->base = xstrdup(slash ? slash + 1 : at);
	if (!strcmp(out->base, ".") || !strcmp(out->base, ".."))
		out->base[0] = '\0';
	follows = follows || out->wants_folder || out->wants_contents;
	for (;;) {
		char *next;

		if (look(place, at, out, err) < 0)
			return -1;
		if (!out->exists || !follows || !S_ISLNK(out->st.st_mode))
			return 0;
		next = links++ < CP_LINKS_MAX ? read_link(at, out) : NULL;
		if (!next)
			return error_set(
				err, ERROR_INVALID,
				"%s: too many levels of symbolic links", path);
		free(at);
		at = next;
	}
}

void cp_end_release(struct cp_end *end)
{
	cleanup_close(&end->parent);
	free(end->name);
	free(end->base);
	end->name = end->base = NULL;
}
