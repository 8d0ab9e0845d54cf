/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printing inspect's documents: an indented array by default, a compact one
 * for `json`, else a line for each document by a template. Documents are
 * added one at a time, so that one on which the template fails costs nothing
 * but itself. Pure.
 */
#ifndef CMD_INSPECT_PRINT_H
#define CMD_INSPECT_PRINT_H

#include <jansson.h>

#include "base/strbuf.h"
#include "cmd/tmpl/tmpl.h"

struct inspect_print {
	const char *format; /* --format, "" for none */
	struct tmpl *tmpl;  /* of a template */
	json_t *documents;  /* for the arrays */
	struct strbuf text; /* of the template */
};

#define INSPECT_PRINT_INIT                    \
	{                                     \
		NULL, NULL, NULL, STRBUF_INIT \
	}

/*
 * Begin with FORMAT (NULL for none; borrowed). INVALID, in docker's words,
 * for a template that does not parse.
 */
int inspect_print_init(struct inspect_print *print, const char *format,
		       struct error *err) must_check;

/* Add DOCUMENT. INVALID when the template cannot be executed on it. */
int inspect_print_add(struct inspect_print *print, json_t *document,
		      struct error *err) must_check;

/* Append everything that was added to OUT. */
void inspect_print_finish(const struct inspect_print *print,
			  struct strbuf *out);

/* Free what it owns. */
void inspect_print_release(struct inspect_print *print);
DEFINE_CLEANUP(struct inspect_print, inspect_print_release)

#endif
