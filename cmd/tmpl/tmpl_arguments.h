/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a template function is given, the type of the functions themselves, and
 * what several of them do with their arguments and results. The evaluator has
 * checked number and types before it calls one.
 */
#ifndef CMD_TMPL_ARGUMENTS_H
#define CMD_TMPL_ARGUMENTS_H

#include "base/error.h"
#include "cmd/tmpl/tmpl.h"
#include "cmd/tmpl/tmpl_value.h"

struct tmpl_arguments {
	const struct tmpl_value *values;
	size_t count;
	const struct tmpl_options *options;
};

/* Computes OUT, or fails with a message that lacks the place. */
typedef int tmpl_function_call(const struct tmpl_arguments *arguments,
			       struct tmpl_value *out, struct error *err);

/*
 * Append the arguments as fmt.Sprint would: spaces between non-strings. NIL is
 * the text for nil and for no value; "<no value>" counts as a string.
 */
void tmpl_arguments_sprint(const struct tmpl_arguments *arguments,
			   const char *nil, struct strbuf *out);

/* Append the arguments as fmt.Sprintln would: spaces between all. */
void tmpl_arguments_sprintln(const struct tmpl_arguments *arguments,
			     struct strbuf *out);

/* Make TEXT, which is released, the result; TOO_LARGE over its ceiling. */
int tmpl_arguments_give(struct strbuf *text, struct tmpl_value *out,
			struct error *err) must_check;

/* Whether VALUE is nil itself or no value. */
bool tmpl_arguments_is_nil(const struct tmpl_value *value);

#endif
