/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's double-quoted strings (strconv.Quote and Unquote), which docker shows
 * in its error texts, in the COMMAND column and in templates' %q.
 */
#ifndef CMD_QUOTE_H
#define CMD_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

/* Append LENGTH bytes of TEXT quoted as strconv.Quote does. */
void quote_format(const char *text, size_t length, struct strbuf *out);

/* A new string: TEXT as strconv.Quote shows it. */
char *quote_new(const char *text);

/* Append RUNE in single quotes as strconv.QuoteRune does. */
void quote_format_rune(uint32_t rune, struct strbuf *out);

/*
 * Append what the quoted text of LENGTH bytes, quotes included ("", `` or ''),
 * stands for. INVALID when it is no Go literal.
 */
int quote_parse(const char *text, size_t length, struct strbuf *out,
		struct error *err) must_check;

/* Whether Go's unicode.IsPrint holds for RUNE (unassigned points count). */
bool quote_is_printable(uint32_t rune);

#endif
