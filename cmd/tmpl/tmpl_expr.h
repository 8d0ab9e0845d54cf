/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates what computes a value: pipelines, commands, operands, fields and
 * function calls. Errors are in the state, in the words of exec.go.
 */
#ifndef CMD_TMPL_EXPR_H
#define CMD_TMPL_EXPR_H

#include "cmd/tmpl/tmpl_state.h"

/*
 * The value of PIPE with DOT as ".", also stored in the variables the pipeline
 * declares or assigns. PIPE may be NULL: no value.
 */
int tmpl_expr_pipeline(struct tmpl_state *s, const struct tmpl_value *dot,
		       const struct tmpl_node *pipe,
		       struct tmpl_value *out) must_check;

#endif
