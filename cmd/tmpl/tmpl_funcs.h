/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of templates: Go's built-in ones and docker's. A const table
 * gives name, parameters and implementation; the evaluator checks the number
 * and types of arguments against it, because its errors name the argument's
 * node. `and`, `or` and `call` are in the table for their names and arity
 * only: the evaluator runs them itself.
 */
#ifndef CMD_TMPL_FUNCS_H
#define CMD_TMPL_FUNCS_H

#include "cmd/tmpl/tmpl_arguments.h"

struct tmpl_function {
	const char *name;
	const char *parameters; /* a letter each: s string, i integer, a any */
	bool is_variadic;	/* any number more, of any type */
	bool is_docker;		/* gives its first argument back in headers */
	tmpl_function_call *call; /* NULL: the evaluator's own */
};

/* The function called NAME, or NULL. */
const struct tmpl_function *tmpl_function_find(const char *name);

#endif
