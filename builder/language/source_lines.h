/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile's bytes as one text per instruction: continuation lines
 * joined, comments and blank lines dropped, heredocs attached, and where in
 * the file each began and ended.
 *
 *   file        = [BOM] { directive } { blank | comment | instruction }
 *   instruction = line { escape end-of-line line } { heredoc text }
 *
 * A line goes on when the escape character, not doubled, is the last but for
 * blanks and tabs. Comment lines and, with a warning, blank lines in between
 * are left out. Lines end in LF or CRLF. Pure; NUL bytes are refused.
 */
#ifndef BUILDER_SOURCE_LINES_H
#define BUILDER_SOURCE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strvec.h"
#include "builder/language/directives.h"
#include "builder/language/heredoc.h"

struct source_line {
	char *text;		/* joined, blanks at both ends gone */
	char *original;		/* the lines of the file, heredocs included */
	unsigned first_line;	/* from 1 */
	unsigned last_line;	/* of its heredocs, too */
	unsigned blank_line;	/* a blank line within it, or 0 */
	struct strvec comments; /* directly above it, "# " gone */
	struct heredocs heredocs;
};

struct source_lines {
	struct directives directives;
	struct source_line *items;
	size_t count;
};

#define SOURCE_LINES_INIT                \
	{                                \
		DIRECTIVES_INIT, NULL, 0 \
	}

/*
 * Split LENGTH bytes. INVALID or TOO_LARGE; *LINE_OUT is then the line that
 * is to blame.
 */
int source_lines_parse(const char *bytes, size_t length,
		       struct source_lines *out, unsigned *line_out,
		       struct error *err) must_check;

/* Free all and return to the initial state. */
void source_lines_release(struct source_lines *lines);
DEFINE_CLEANUP(struct source_lines, source_lines_release)

#endif
