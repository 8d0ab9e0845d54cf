/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running template: where it is (for errors), its variables, and how much
 * it may still do. Shared by the two halves of the evaluator: tmpl_value
 * expressions (tmpl_expr) and blocks (tmpl_eval). Functions return 0 or -1
 * with the error in the state.
 */
#ifndef CMD_TMPL_STATE_H
#define CMD_TMPL_STATE_H

#include "cmd/tmpl/tmpl.h"
#include "cmd/tmpl/tmpl_node.h"
#include "cmd/tmpl/tmpl_value.h"

struct tmpl_variable {
	const char *name; /* borrowed from the tree */
	struct tmpl_value value;
};

struct tmpl_state {
	const struct tmpl *tmpl;
	const struct tmpl_options *options;
	const json_t *root;	      /* the data: its callables are fields */
	const char *name;	      /* of the definition that runs */
	const struct tmpl_node *node; /* what an error is about */
	struct tmpl_variable *variables;
	size_t count;
	size_t allocated;
	size_t frame; /* the first variable of this definition */
	int depth;
	unsigned steps;
	struct error *err;
};

/* Fail at the present node with Go's words around the formatted ones. */
int tmpl_state_fail(struct tmpl_state *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Make NODE the present one, and count the step: TOO_LARGE over the limit. */
int tmpl_state_at(struct tmpl_state *s,
		  const struct tmpl_node *node) must_check;

/* Go one level deeper; leave it with tmpl_state_leave. */
int tmpl_state_enter(struct tmpl_state *s) must_check;

/* Leave a level. */
void tmpl_state_leave(struct tmpl_state *s);

/* Declare a variable; VALUE is copied. */
void tmpl_state_push(struct tmpl_state *s, const char *name,
		     const struct tmpl_value *value);

/* Forget all variables but the first COUNT. */
void tmpl_state_pop(struct tmpl_state *s, size_t count);

/* The innermost variable NAME, or NULL. */
struct tmpl_variable *tmpl_state_find(struct tmpl_state *s, const char *name);

#endif
