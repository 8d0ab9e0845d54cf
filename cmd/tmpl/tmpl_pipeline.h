/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses what computes a value in a template: `$x := index .Args 0 | upper`.
 * On failure *OUT may hold a part of the tree, which the caller frees with the
 * node it hangs it on.
 */
#ifndef CMD_TMPL_PIPELINE_H
#define CMD_TMPL_PIPELINE_H

#include "cmd/tmpl/tmpl_stream.h"

/*
 * Parse a pipeline and the token of type END after it. CONTEXT is the word
 * for it in errors ("range" also allows two variables). INVALID.
 */
int tmpl_pipeline_parse(struct tmpl_stream *p, const char *context,
			enum tmpl_token_type end,
			struct tmpl_node **out) must_check;

#endif
