/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parser directives: the comments at the very top of a Dockerfile that are
 * more than comments.
 *
 *   directive = "#" [blanks] name [blanks] "=" [blanks] value
 *   name      = "syntax" | "escape" | "check", in any case
 *
 * The first line that is not one of these ends them; each may be there once.
 * `syntax` is only recorded: no other program is fetched to read the file.
 * `check` is "skip=Rule,Rule;error=true" in any order; skip=all is all rules.
 * "experimental=Rule,Rule" or "experimental=all" adds rules that rest else.
 */
#ifndef BUILDER_DIRECTIVES_H
#define BUILDER_DIRECTIVES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strvec.h"

struct directives {
	char *syntax;		  /* NULL when not given */
	unsigned syntax_line;	  /* from 1 */
	char escape;		  /* '\\', or '`' */
	unsigned check_line;	  /* 0 when not given */
	struct strvec check_skip; /* names of rules */
	bool check_skip_all;
	struct strvec check_experimental;
	bool check_experimental_all;
	bool check_error; /* findings fail the build */
	bool done;	  /* a line that is no directive was seen */
	bool escape_seen;
};

#define DIRECTIVES_INIT                                    \
	{                                                  \
		.escape = '\\', .check_skip = STRVEC_INIT, \
		.check_experimental = STRVEC_INIT          \
	}

/*
 * Take the line TEXT of LENGTH bytes (blanks before it and its end removed),
 * the NUMBERth. Whether it was a directive goes to IS_OUT. INVALID for a
 * second one of a name and for a value it cannot have.
 */
int directives_read(struct directives *directives, const char *text,
		    size_t length, unsigned number, bool *is_out,
		    struct error *err) must_check;

/* Read the value of `check` (or of --build-arg BUILDKIT_DOCKERFILE_CHECK). */
int directives_read_check(struct directives *directives, const char *value,
			  struct error *err) must_check;

/* Free what they hold and return to the initial state. */
void directives_release(struct directives *directives);
DEFINE_CLEANUP(struct directives, directives_release)

#endif
