/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What docker's `json` function prints: encoding/json's form of a template
 * value. Maps are sorted by key, structs keep their order, floats are short,
 * U+2028 and U+2029 are escaped, bad UTF-8 becomes U+FFFD.
 */
#ifndef CMD_TMPL_JSON_H
#define CMD_TMPL_JSON_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "cmd/tmpl/tmpl_value.h"

/* Append VALUE as compact JSON; ESCAPES_HTML also writes <, >, & as \u00XX. */
void tmpl_json(const struct tmpl_value *value, bool escapes_html,
	       struct strbuf *out);

#endif
