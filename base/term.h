/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a terminal may be shown and how wide it is. Bytes we did not write
 * (tags, headers, archive names) pass term_sanitize before they reach one.
 */
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * Append LENGTH bytes of TEXT to OUT with every control byte (C0, DEL, C1 in
 * UTF-8) and every byte that is not valid UTF-8 replaced by '?'.
 */
void term_sanitize(const char *text, size_t length, struct strbuf *out);

/* The same for text of several lines: their ends, and tabs, stay. */
void term_sanitize_lines(const char *text, size_t length, struct strbuf *out);

/* Columns of the terminal on FD, or FALLBACK. */
unsigned term_width(int fd, unsigned fallback);

/* Columns a UTF-8 string takes: wide East Asian runes count two. */
size_t term_columns(const char *text);

#endif
