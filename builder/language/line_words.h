/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of an instruction's line, before any variable is filled in.
 *
 *   line  = keyword { blanks flag } [blanks "--"] [blanks rest]
 *   flag  = "--" name [ "=" value ]
 *
 * Flags lose their quotes and backslash escapes here, all other words keep
 * them until builder/language/expand. Pure.
 */
#ifndef BUILDER_LINE_WORDS_H
#define BUILDER_LINE_WORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"

struct line_words {
	char *keyword;	     /* as written */
	struct strvec flags; /* "--name=value" or "--name", quotes gone */
	char *rest;	     /* what follows, blanks at both ends gone */
};

#define LINE_WORDS_INIT                 \
	{                               \
		NULL, STRVEC_INIT, NULL \
	}

/* Take LINE apart; TOO_LARGE over BUILDER_MAX_WORDS, as all here. */
int line_words_parse(const char *line, struct line_words *out,
		     struct error *err) must_check;

/* Append the words of TEXT, split at blanks outside of quotes. */
int line_words_split(const char *text, char escape, struct strvec *out,
		     struct error *err) must_check;

/* Append the words of TEXT, split at blanks whatever they stand in. */
int line_words_split_plain(const char *text, struct strvec *out,
			   struct error *err) must_check;

/* Free the strings and start empty again. */
void line_words_release(struct line_words *words);
DEFINE_CLEANUP(struct line_words, line_words_release)

#endif
