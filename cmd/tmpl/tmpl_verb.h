/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversion of Go's fmt: flags, width, precision and verb applied to a
 * scalar. tmpl_printf finds the conversions in a format and walks lists, maps
 * and structs; this module writes the leaves. Nothing here fails.
 */
#ifndef CMD_TMPL_VERB_H
#define CMD_TMPL_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct tmpl_verb {
	uint32_t verb; /* the rune */
	bool plus, minus, sharp, space, zero;
	bool has_width, has_precision;
	int width, precision;
};

/* Append TEXT padded to the width, which counts runes. */
void tmpl_verb_pad(const struct tmpl_verb *verb, const char *text,
		   size_t length, struct strbuf *out);

/* Append an integer by d, b, o, O, x, X, c, q, U or v; false: no such verb. */
bool tmpl_verb_integer(const struct tmpl_verb *verb, int64_t value,
		       struct strbuf *out);

/* Append a number by e, E, f, F, g, G or v; false: no such verb. */
bool tmpl_verb_float(const struct tmpl_verb *verb, double value,
		     struct strbuf *out);

/* Append a string by s, q, x, X or v; false: no such verb. */
bool tmpl_verb_string(const struct tmpl_verb *verb, const char *text,
		      size_t length, struct strbuf *out);

#endif
