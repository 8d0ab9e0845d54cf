/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .dockerignore: which paths of a context are left out. Also the rules of
 * COPY --exclude.
 *
 *   line = ["!"] pattern | "#" comment | blank
 *
 * Patterns are deep ones of builder/language/path_pattern, cleaned as paths:
 * "/a/./b/" is "a/b". They are matched against whole paths relative to the
 * context; one that matches a folder holds for all below it. The last pattern
 * that matches counts; "!" takes back.
 *
 * A walk asks ignore_is_ignored for each path, and for an ignored folder
 * ignore_may_reach whether it must go in nevertheless. Pure.
 */
#ifndef BUILDER_IGNORE_H
#define BUILDER_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "builder/language/path_pattern.h"

struct ignore_rule {
	struct path_pattern pattern;
	bool negated; /* "!" */
};

struct ignore {
	struct ignore_rule *items;
	size_t count;
};

#define IGNORE_INIT     \
	{               \
		NULL, 0 \
	}

/*
 * Append the patterns of an ignore file NAME of LENGTH bytes. INVALID or
 * TOO_LARGE as "NAME:4: …".
 */
int ignore_parse(const char *name, const char *bytes, size_t length,
		 struct ignore *out, struct error *err) must_check;

/* Append one pattern, as a line has it; blank is none. INVALID, TOO_LARGE. */
int ignore_add(struct ignore *ignore, const char *pattern,
	       struct error *err) must_check;

/* Whether PATH ("a/b", without a slash at either end) is left out. */
bool ignore_is_ignored(const struct ignore *ignore, const char *path);

/*
 * Whether something below the folder PATH, which is ignored, may not be.
 * False is certain: the folder can be skipped whole.
 */
bool ignore_may_reach(const struct ignore *ignore, const char *path);

/* Free all and start empty again. */
void ignore_release(struct ignore *ignore);
DEFINE_CLEANUP(struct ignore, ignore_release)

#endif
