/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes, escapes and variables of one word.
 *
 *   word     = { plain | escape any | "'" … "'" | '"' … '"' | variable }
 *   variable = "$" name | "${" name [ operation ] "}"
 *   operation = [":"] ("-" | "+" | "?") word
 *             | ("#" | "##" | "%" | "%%") pattern
 *             | ("/" | "//") pattern "/" word
 *
 * Within single quotes nothing is special; within double quotes the escape
 * character is only before '"', "$" and itself. A pattern knows "*", "?" and
 * backslash escapes. An unset variable is empty, and its name is reported.
 * Pure; an expanded word is bounded by BUILDER_MAX_WORD.
 */
#ifndef BUILDER_EXPAND_H
#define BUILDER_EXPAND_H

#include "base/error.h"
#include "base/strvec.h"

enum expand_flags {
	EXPAND_DEFAULT = 0,
	EXPAND_KEEP_QUOTES = 1,	 /* quotes stay, though they still quote */
	EXPAND_KEEP_ESCAPES = 2, /* escape characters stay before what they
				    escape */
	EXPAND_NO_QUOTES = 4,	 /* quotes are plain: the text of a heredoc */
	EXPAND_KEEP_UNSET = 8,	 /* "$name" stays where NAME is unset */
};

/* What variables mean. */
struct expand_scope {
	/* The value of NAME, or NULL when it is unset; borrowed. */
	const char *(*lookup)(void *payload, const char *name);
	void *payload;
	char escape;		/* '\\' or '`' */
	struct strvec *used;	/* names found, each once; NULL: no one asks */
	struct strvec *missing; /* names not found, each once; NULL likewise */
};

/*
 * Expand WORD into OUT, which the caller frees. INVALID for open quotes, bad
 * substitutions and ${name?message}; TOO_LARGE.
 */
int expand_word(const char *word, const struct expand_scope *scope,
		unsigned flags, char **out, struct error *err) must_check;

/* Expand TEXT and append its words, split at blanks that were not quoted. */
int expand_words(const char *text, const struct expand_scope *scope,
		 struct strvec *out, struct error *err) must_check;

#endif
