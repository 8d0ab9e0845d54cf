/* SPDX-License-Identifier: Apache-2.0 */
/* Which archive entries may be extracted, and where to. */
#include "layers/tar/entry_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"

enum {
	/* what Linux can store in a dev_t of an inode */
	ENTRY_MAX_MAJOR = (1 << 12) - 1,
	ENTRY_MAX_MINOR = (1 << 20) - 1,
};

/* chown(2) takes the highest value as "leave it". */
static const int64_t max_id = UINT32_MAX - (int64_t)1;

static void climb(char *path, size_t *length)
{
	while (*length && path[*length - 1] != '/')
		(*length)--;
	if (*length)
		(*length)--; /* the slash */
	path[*length] = '\0';
}

static int check_component(size_t length, struct error *err)
{
	if (length > LAYERS_MAX_NAME)
		return error_set(err, ERROR_INVALID,
				 "a name of %zu bytes is over the limit of %d",
				 length, LAYERS_MAX_NAME);
	return 0;
}

/* Writes NAME's components, dots resolved, to PATH, which has room for it. */
static int normalise(const char *name, char *path, struct error *err)
{
	size_t used = 0;

	path[0] = '\0';
	while (*name) {
		size_t length = strcspn(name, "/");

		if (length == 2 && name[0] == '.' && name[1] == '.') {
			climb(path, &used);
		} else if (length && !(length == 1 && name[0] == '.')) {
			if (check_component(length, err) < 0)
				return -1;
			if (used)
				path[used++] = '/';
			memcpy(path + used, name, length);
			used += length;
			path[used] = '\0';
		}
		name += length;
		name += *name == '/';
	}
	return 0;
}

int entry_path_parse(const char *name, size_t max_path, struct entry_path *out,
		     struct error *err)
{
	size_t length = strlen(name);
	autofree char *path = NULL;
	char *slash;

	if (!length)
		return error_set(err, ERROR_INVALID, "the name is empty");
	path = xmalloc(length + 2);
	if (normalise(name, path, err) < 0)
		return -1;
	length = strlen(path);
	if (length > max_path)
		return error_set(err, ERROR_TOO_LARGE,
				 "a path of %zu bytes is over the limit of %zu",
				 length, max_path);
	slash = strrchr(path, '/');
	if (slash) {
		out->leaf = xstrdup(slash + 1);
		*slash = '\0';
		out->parent = TAKE_PTR(path);
	} else {
		out->leaf = TAKE_PTR(path);
		out->parent = xstrdup("");
	}
	return 0;
}

void entry_path_release(struct entry_path *path)
{
	free(path->parent);
	free(path->leaf);
	path->parent = NULL;
	path->leaf = NULL;
}

char *entry_path_format(const struct entry_path *path)
{
	if (!*path->leaf)
		return xstrdup(".");
	if (!*path->parent)
		return xstrdup(path->leaf);
	return xasprintf("%s/%s", path->parent, path->leaf);
}

static int check_device(const struct entry *entry, struct error *err)
{
	if (entry->major > ENTRY_MAX_MAJOR || entry->minor > ENTRY_MAX_MINOR)
		return error_set(err, ERROR_INVALID,
				 "device numbers out of range");
	/* overlayfs takes it for a whiteout */
	if (entry->type == ENTRY_CHARACTER_DEVICE && !entry->major &&
	    !entry->minor)
		return error_set(err, ERROR_INVALID,
				 "character device 0:0 is overlay's whiteout");
	return 0;
}

static int check_link(const struct entry *entry, struct error *err)
{
	if (!entry->link || !*entry->link)
		return error_set(err, ERROR_INVALID, "a link without target");
	if (strlen(entry->link) > LAYERS_MAX_PATH)
		return error_set(err, ERROR_INVALID,
				 "a link target over %d bytes",
				 LAYERS_MAX_PATH);
	if (entry->type == ENTRY_HARDLINK && entry->size)
		return error_set(err, ERROR_INVALID,
				 "a hard link with contents of its own");
	return 0;
}

static int check_xattrs(const struct entry *entry, struct error *err)
{
	if (entry->xattr_count > LAYERS_MAX_XATTRS)
		return error_set(err, ERROR_INVALID,
				 "more than %d extended attributes",
				 LAYERS_MAX_XATTRS);
	for (size_t i = 0; i < entry->xattr_count; i++) {
		const struct entry_xattr *xattr = &entry->xattrs[i];
		size_t length = strlen(xattr->name);

		if (!length || length > LAYERS_MAX_XATTR_NAME ||
		    xattr->size > LAYERS_MAX_XATTR_VALUE)
			return error_set(err, ERROR_INVALID,
					 "extended attribute out of bounds");
	}
	return 0;
}

static int check_numbers(const struct entry *entry, struct error *err)
{
	if (entry->uid < 0 || entry->uid > max_id || entry->gid < 0 ||
	    entry->gid > max_id)
		return error_set(err, ERROR_INVALID,
				 "owner %lld:%lld out of range",
				 (long long)entry->uid, (long long)entry->gid);
	if (entry->size < 0)
		return error_set(err, ERROR_INVALID, "negative size");
	if (entry->mtime_nanosecond < 0 || entry->mtime_nanosecond > 999999999)
		return error_set(err, ERROR_INVALID, "time out of range");
	return 0;
}

int entry_check(const struct entry *entry, struct error *err)
{
	if (check_numbers(entry, err) < 0 || check_xattrs(entry, err) < 0)
		return -1;
	switch (entry->type) {
	case ENTRY_FILE:
	case ENTRY_DIRECTORY:
	case ENTRY_FIFO:
		return 0;
	case ENTRY_SYMLINK:
	case ENTRY_HARDLINK:
		return check_link(entry, err);
	case ENTRY_CHARACTER_DEVICE:
	case ENTRY_BLOCK_DEVICE:
		return check_device(entry, err);
	case ENTRY_NONE:
		break;
	}
	return error_set(err, ERROR_INVALID, "a type that layers do not have");
}

enum entry_xattr_rule entry_xattr_rule_of(const char *name, bool rootless)
{
	/* first match wins */
	static const struct {
		const char *prefix;
		enum entry_xattr_rule root;
		enum entry_xattr_rule rootless;
	} rules[] = {
		/* overlayfs obeys these in a lower directory */
		{ "trusted.overlay.", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "user.overlay.", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "user.fuseoverlayfs.", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		/* who owns a file is what the archive says */
		{ "user.containers.override_stat", ENTRY_XATTR_DROP,
		  ENTRY_XATTR_DROP },
		/* labels and seals belong to the host's policy and keys */
		{ "security.selinux", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "security.apparmor", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "security.SMACK64", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "security.evm", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		/* a program without its capabilities is another program */
		{ "security.capability", ENTRY_XATTR_SET,
		  ENTRY_XATTR_OPTIONAL },
		{ "trusted.", ENTRY_XATTR_OPTIONAL, ENTRY_XATTR_DROP },
		{ "", ENTRY_XATTR_OPTIONAL, ENTRY_XATTR_OPTIONAL },
	};
	size_t i = 0;

	while (strncmp(name, rules[i].prefix, strlen(rules[i].prefix)) != 0)
		i++;
	return rootless ? rules[i].rootless : rules[i].root;
}
