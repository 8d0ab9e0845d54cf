/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of ${v#p}, ${v%p} and ${v/p/r}: "*" is any text, "?" any
 * rune, and a backslash is before "*", "?" and itself. There are no brackets.
 * Matching costs at most value times pattern steps, however many "*".
 */
#ifndef BUILDER_EXPAND_PATTERN_H
#define BUILDER_EXPAND_PATTERN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

/* Append VALUE without what PATTERN matches at its beginning. */
int expand_pattern_trim_prefix(const char *value, const char *pattern,
			       bool longest, struct strbuf *out,
			       struct error *err) must_check;

/* Append VALUE without what PATTERN matches at its end. */
int expand_pattern_trim_suffix(const char *value, const char *pattern,
			       bool longest, struct strbuf *out,
			       struct error *err) must_check;

/*
 * Append VALUE with REPLACEMENT for the first (ALL: every) place that
 * PATTERN matches, each as long as can be.
 */
int expand_pattern_replace(const char *value, const char *pattern,
			   const char *replacement, bool all,
			   struct strbuf *out, struct error *err) must_check;

#endif
