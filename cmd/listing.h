/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists as docker prints them: what `--format` does in images, ps, history,
 * volume ls and the like. A verb says once, in a const struct, which columns
 * there are and what its formats look like; then it fills rows (one JSON
 * object of strings each, keys as in --format) and hands them over.
 *
 * Formats: "" or "table" (the default table), "table TEMPLATE" (with a header
 * made of the column's names), "json" (an object per line, keys sorted), "raw"
 * where the verb has one, else a template per row. `\t` and `\n` written as
 * two characters become tab and newline. In tables control bytes of the
 * values are made harmless; other formats give them as they are, and what
 * prints them sees to the terminal.
 */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

struct listing_column {
	const char *field;  /* "ID"; NULL ends the list */
	const char *header; /* "CONTAINER ID" */
};

struct listing {
	const char *type; /* in errors: "*formatter.ContainerContext" */
	const struct listing_column *columns; /* every field there is */
	const char *table; /* "table {{.ID}}\t{{.Image}}": the default */
	const char *raw;   /* format of the keyword "raw", or NULL */
	bool has_labels;   /* {{.Label "k"}} is a field */
	bool is_probed;	   /* a bad field fails without rows too (ps) */
};

struct listing_row {
	const json_t *fields; /* borrowed */
	const json_t *labels; /* object for Label, borrowed, or NULL */
};

struct listing_rows {
	const struct listing_row *items;
	size_t count;
};

/*
 * Append ROWS in FORMAT (NULL: the default table) to OUT. INVALID for a bad
 * template, with docker's "template parsing error: " (ps: "failed to execute
 * template: ") in front.
 */
int listing_format(const struct listing *listing, const char *format,
		   const struct listing_rows *rows, struct strbuf *out,
		   struct error *err) must_check;

#endif
