/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comparison functions of templates (eq ne lt le gt ge) with Go's rules:
 * only basic types of the same kind compare; eq may have several candidates.
 */
#ifndef CMD_TMPL_COMPARE_H
#define CMD_TMPL_COMPARE_H

#include "cmd/tmpl/tmpl_arguments.h"

/* Whether the first argument equals any of the others. */
tmpl_function_call tmpl_compare_eq;

/* Whether the arguments differ. */
tmpl_function_call tmpl_compare_ne;

/* Whether the first argument is less than the second. */
tmpl_function_call tmpl_compare_lt;

/* Whether it is less or equal. */
tmpl_function_call tmpl_compare_le;

/* Whether it is greater. */
tmpl_function_call tmpl_compare_gt;

/* Whether it is greater or equal. */
tmpl_function_call tmpl_compare_ge;

#endif
