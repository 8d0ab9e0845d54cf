/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runes as Go reads them: UTF-8 decoded one code point at a time, where every
 * byte that is no part of a valid sequence counts as one U+FFFD of its own.
 * Docker's widths, cuts and quotes are all defined in such runes.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#define UTF8_INVALID UINT32_C(0xfffd)

/*
 * Decode the rune at TEXT, which holds LENGTH bytes, at least one. Returns the
 * bytes it takes: 1 with UTF8_INVALID for a byte that is not valid.
 */
size_t utf8_decode(const char *text, size_t length, uint32_t *rune_out);

/* Append RUNE; a surrogate or a value over U+10FFFF becomes U+FFFD. */
void utf8_write(uint32_t rune, struct strbuf *out);

/* Whether LENGTH bytes of TEXT are valid UTF-8 throughout. */
bool utf8_is_valid(const char *text, size_t length);

/* Runes in LENGTH bytes of TEXT. */
size_t utf8_count(const char *text, size_t length);

#endif
