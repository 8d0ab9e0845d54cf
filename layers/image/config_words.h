/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a Dockerfile instruction's arguments: split at blanks, then
 * quotes and escapes taken away and variables filled in, as docker does it
 * for the instructions that may change an image's configuration.
 *
 *   word   = { plain | "\" any | "'" … "'" | '"' … '"' | variable }
 *   variable = "$" name | "${" name [ (":-" | ":+" | "-" | "+") word ] "}"
 *
 * Within single quotes nothing is special; within double quotes a backslash
 * is only before ", $ and \. Pure; bounded by CONFIG_WORDS_MAX.
 */
#ifndef LAYERS_CONFIG_WORDS_H
#define LAYERS_CONFIG_WORDS_H

#include "base/error.h"
#include "base/strvec.h"

enum { CONFIG_WORDS_MAX = 1 << 20 }; /* bytes of one word, expanded */

/*
 * Append the words of TEXT, quotes and escapes still in them. INVALID for a
 * quote without its end.
 */
int config_words_split(const char *text, struct strvec *out,
		       struct error *err) must_check;

/*
 * Take quotes and escapes away from WORD and fill in variables from ENV
 * ("NAME=value"; an unknown one is empty). The caller frees OUT.
 */
int config_words_expand(const char *word, const struct strvec *env, char **out,
			struct error *err) must_check;

#endif
