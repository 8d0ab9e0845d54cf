/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes on their way into an archive. */
#include "layers/tar/pack_xattr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"
#include "layers/tar/owner_note.h"

enum { PACK_XATTR_NAMES = 64 << 10 }; /* the kernel's XATTR_LIST_MAX */

bool pack_xattr_is_portable(const char *name)
{
	/* first match wins */
	static const struct {
		const char *prefix;
		bool is_portable;
	} rules[] = {
		{ "user.overlay.", false },
		{ "user.fuseoverlayfs.", false },
		{ OWNER_NOTE_XATTR, false },
		{ "user.", true },
		{ "security.capability", true },
		{ "system.posix_acl_access", true },
		{ "system.posix_acl_default", true },
	};

	/* pax cannot say where such a name ends */
	if (strchr(name, '='))
		return false;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!strncmp(name, rules[i].prefix, strlen(rules[i].prefix)))
			return rules[i].is_portable;
	return false;
}

/* The names, as one block of terminated strings. */
static int read_names(struct pack_xattrs *xattrs, int fd, size_t *length_out,
		      struct error *err)
{
	char few[512];
	ssize_t length = flistxattr(fd, few, sizeof(few));

	*length_out = 0;
	if (length < 0 && errno == ERANGE) {
		xattrs->names = xmalloc(PACK_XATTR_NAMES);
		length = flistxattr(fd, xattrs->names, PACK_XATTR_NAMES);
	} else if (length > 0) {
		xattrs->names = xmemdup(few, (size_t)length);
	}
	if (length < 0 && errno != ENOTSUP)
		return error_sys(err, errno, "list attributes");
	if (length > 0)
		*length_out = (size_t)length;
	return 0;
}

static int add(struct pack_xattrs *xattrs, int fd, const char *name,
	       struct error *err)
{
	ssize_t size = fgetxattr(fd, name, NULL, 0);
	autofree char *value = NULL;

	if (size < 0 && errno == ENODATA)
		return 0; /* removed meanwhile */
	if (size < 0 || size > LAYERS_MAX_XATTR_VALUE)
		return error_sys(err, size < 0 ? errno : E2BIG,
				 "read attribute %s", name);
	value = xmalloc((size_t)size + 1);
	size = fgetxattr(fd, name, value, (size_t)size);
	if (size < 0)
		return error_sys(err, errno, "read attribute %s", name);
	xattrs->items = xreallocarray(xattrs->items, xattrs->count + 1,
				      sizeof(*xattrs->items));
	xattrs->items[xattrs->count++] =
		(struct entry_xattr){ name, TAKE_PTR(value), (size_t)size };
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct entry_xattr *x = a;
	const struct entry_xattr *y = b;

	return strcmp(x->name, y->name);
}

int pack_xattrs_read(struct pack_xattrs *xattrs, int fd, struct error *err)
{
	size_t length;

	if (read_names(xattrs, fd, &length, err) < 0)
		return -1;
	for (size_t at = 0; at < length; at += strlen(xattrs->names + at) + 1)
		if (pack_xattr_is_portable(xattrs->names + at) &&
		    add(xattrs, fd, xattrs->names + at, err) < 0)
			return -1;
	if (xattrs->count > 1)
		qsort(xattrs->items, xattrs->count, sizeof(*xattrs->items),
		      by_name);
	return 0;
}

static void free_const(const void *pointer)
{
	free((void *)(size_t)pointer); /* ours, shown to others as const */
}

int pack_xattrs_copy(int from, int to, struct error *err)
{
	autoclean(pack_xattrs_release) struct pack_xattrs xattrs =
		PACK_XATTRS_INIT;

	if (pack_xattrs_read(&xattrs, from, err) < 0)
		return -1;
	for (size_t i = 0; i < xattrs.count; i++) {
		const struct entry_xattr *x = &xattrs.items[i];

		if (entry_xattr_rule_of(x->name, false) != ENTRY_XATTR_DROP &&
		    fsetxattr(to, x->name, x->value, x->size, 0) < 0 &&
		    errno != ENOTSUP && errno != EPERM)
			return error_sys(err, errno, "set attribute %s",
					 x->name);
	}
	return 0;
}

void pack_xattrs_release(struct pack_xattrs *xattrs)
{
	for (size_t i = 0; i < xattrs->count; i++)
		free_const(xattrs->items[i].value);
	free(xattrs->items);
	free(xattrs->names);
	*xattrs = (struct pack_xattrs)PACK_XATTRS_INIT;
}
