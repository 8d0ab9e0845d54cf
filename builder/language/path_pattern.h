/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wildcards of paths, as docker has them from Go: "*" and "?" match within a
 * component, "[a-c]" and "[^a-c]" are sets, a backslash takes the next rune
 * as it is. A deep pattern also knows "**": any text at its end, else any
 * number of whole components. Runes are UTF-8; a byte that is none is one.
 *
 * A pattern is compiled once. Matching costs at most path times pattern
 * steps, however many wildcards there are. Pure.
 */
#ifndef BUILDER_PATH_PATTERN_H
#define BUILDER_PATH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct path_pattern_token;

struct path_pattern {
	char *literal; /* the pattern where it has no wildcard, else NULL */
	struct path_pattern_token *tokens;
	size_t count;
};

#define PATH_PATTERN_INIT     \
	{                     \
		NULL, NULL, 0 \
	}

/*
 * Compile TEXT. INVALID for an open or an empty set and for a backslash at
 * the end; TOO_LARGE over BUILDER_MAX_PATTERN bytes.
 */
int path_pattern_parse(const char *text, bool deep, struct path_pattern *out,
		       struct error *err) must_check;

/* Whether it matches the whole of PATH. */
bool path_pattern_matches(const struct path_pattern *pattern, const char *path);

/* Whether it matches PATH or a folder above it. */
bool path_pattern_covers(const struct path_pattern *pattern, const char *path);

/* Whether it may match something below the folder PATH. */
bool path_pattern_reaches(const struct path_pattern *pattern, const char *path);

/* Whether TEXT has a wildcard or an escape in it. */
bool path_pattern_is_wild(const char *text);

/*
 * TEXT as a path: empty components, "." and inner ".." resolved, no slash at
 * the end but for "/" itself; "." for nothing. The caller frees it.
 */
char *path_pattern_clean(const char *text) __attribute__((returns_nonnull));

/* Free what it holds and return to the initial state. */
void path_pattern_release(struct path_pattern *pattern);
DEFINE_CLEANUP(struct path_pattern, path_pattern_release)

#endif
