/* SPDX-License-Identifier: Apache-2.0 */
/* The .wh. names of layer archives. */
#include "layers/tar/whiteout.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"

#define WHITEOUT_METADATA_PREFIX ".wh..wh."

static bool has_prefix(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* Whether the components of PARENT are ordinary, AUFS's, or an error. */
static int parse_parent(const char *parent, enum whiteout_kind *kind_out,
			struct error *err)
{
	*kind_out = WHITEOUT_NONE;
	while (*parent) {
		if (has_prefix(parent, WHITEOUT_METADATA_PREFIX) &&
		    !has_prefix(parent, WHITEOUT_OPAQUE)) {
			*kind_out = WHITEOUT_METADATA;
			return 0;
		}
		if (has_prefix(parent, WHITEOUT_PREFIX))
			return error_set(err, ERROR_INVALID,
					 "the path goes through a whiteout");
		parent = strchrnul(parent, '/');
		parent += *parent == '/';
	}
	return 0;
}

int whiteout_parse(const char *parent, const char *leaf,
		   enum whiteout_kind *kind_out, const char **name_out,
		   struct error *err)
{
	const char *name;

	if (parse_parent(parent, kind_out, err) < 0)
		return -1;
	if (*kind_out != WHITEOUT_NONE || !has_prefix(leaf, WHITEOUT_PREFIX))
		return 0;
	if (!strcmp(leaf, WHITEOUT_OPAQUE)) {
		*kind_out = WHITEOUT_ALL;
		return 0;
	}
	if (has_prefix(leaf, WHITEOUT_METADATA_PREFIX)) {
		*kind_out = WHITEOUT_METADATA;
		return 0;
	}
	name = leaf + strlen(WHITEOUT_PREFIX);
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return error_set(err, ERROR_INVALID,
				 "a whiteout that names no file");
	*kind_out = WHITEOUT_NAME;
	*name_out = name;
	return 0;
}

char *whiteout_format(const char *name)
{
	return xasprintf("%s%s", WHITEOUT_PREFIX, name);
}
