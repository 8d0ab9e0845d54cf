/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's text/template over JSON values, with docker's additional functions:
 * what --format takes. tmpl_parse once, tmpl_execute for every row.
 *
 * JSON has fewer types than Go; how docker declares a value decides what its
 * absence means. Objects are structs (an unknown field is an error), except
 * those under the names that docker declares as maps (Labels, Networks, …: a
 * missing key prints "<no value>"). Fields docker may leave out (Health, …) are
 * nil when absent. Fields are found by exact name, else regardless of case.
 * Error texts are those of Go ("template: :1:2: executing "" at <.X>: …");
 * callers wrap them in docker's "template parsing error".
 *
 * The template is the user's, the data may be hostile: depth, steps, the size
 * of the template, of one value and of the output are capped.
 */
#ifndef CMD_TMPL_H
#define CMD_TMPL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

enum {
	TMPL_SOURCE_MAX = 64 << 10, /* bytes of a template */
	TMPL_NEST_MAX = 100,	    /* parentheses and blocks; template calls */
	TMPL_DEPTH_MAX = 500,	    /* of all these together while running */
	TMPL_VALUE_MAX = 4 << 20,   /* bytes of one string made by functions */
	TMPL_LIST_MAX = 1 << 18,    /* elements of a list made by split */
	TMPL_OUTPUT_MAX = 64 << 20, /* bytes of one execution's output */
	TMPL_STEPS_MAX = 1000000,   /* nodes evaluated by one execution */
};

struct tmpl;

/* A field of the data that is a function: {{.Label "k"}}. */
struct tmpl_callable {
	const char *name; /* NULL ends a list */
	size_t arguments; /* how many, all strings */
	/* A new reference to the result for ARGUMENTS (NULL-terminated). */
	json_t *(*call)(void *context, const char *const *arguments);
};

struct tmpl_options {
	const char *type; /* Go type of the data, in error texts */
	const struct tmpl_callable *callables; /* or NULL */
	void *context;			       /* for the callables */
	bool is_map;	/* the data itself is a map: absent keys are fine */
	bool is_header; /* docker's functions return their first argument */
	bool is_raw;	/* inspect: what failed on the typed value is tried on
			   plain JSON, so structs can be ranged and indexed,
			   and errors speak of map entries */
	bool escapes_html; /* json writes <, > and & as \u003c … */
};

/* Parse TEXT. INVALID, in Go's words ("template: :1: unclosed action"). */
int tmpl_parse(const char *text, struct tmpl **out,
	       struct error *err) must_check;

/* Execute with no options: append the output for DATA to OUT. */
int tmpl_execute(const struct tmpl *tmpl, const json_t *data,
		 struct strbuf *out, struct error *err) must_check;

/*
 * Append the output for DATA to OUT, which may already hold a part of it when
 * this fails. INVALID in Go's words, TOO_LARGE over a limit.
 */
int tmpl_execute_with(const struct tmpl *tmpl,
		      const struct tmpl_options *options, const json_t *data,
		      struct strbuf *out, struct error *err) must_check;

/* Free a template; NULL is fine. */
void tmpl_free(struct tmpl *tmpl);
DEFINE_CLEANUP_PTR(struct tmpl, tmpl_free)

#endif
