/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's numeric literals as JSON numbers, and floating point numbers as Go
 * shows them (the shortest digits that read back the same). Pure.
 */
#ifndef CMD_TMPL_NUMBER_H
#define CMD_TMPL_NUMBER_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

/*
 * Parse a number of LENGTH bytes. *OUT is an integer or a real, or NULL for an
 * integer that only an unsigned type could hold. INVALID for anything else.
 */
int tmpl_number_parse(const char *text, size_t length, json_t **out,
		      struct error *err) must_check;

/* Parse a rune literal, quotes included, to its integer. INVALID. */
int tmpl_number_parse_rune(const char *text, size_t length, json_t **out,
			   struct error *err) must_check;

/* Append VALUE as Go's %v shows it: "1.5", "1e+06". */
void tmpl_number_format(double value, struct strbuf *out);

/* Append VALUE as Go's encoding/json writes it: "1000000", "1e-7". */
void tmpl_number_format_json(double value, struct strbuf *out);

#endif
