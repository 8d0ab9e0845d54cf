/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 by RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
#include "base/utf8.h"

#include <stdbool.h>

static bool is_tail(const char *text, size_t length, size_t index)
{
	return index < length && ((unsigned char)text[index] & 0xc0) == 0x80;
}

static uint32_t tail(const char *text, size_t index)
{
	return (unsigned char)text[index] & 0x3f;
}

/* How many bytes the sequence that FIRST opens should have; 0 when none. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

static bool is_allowed(uint32_t rune, size_t length)
{
	if (length == 3)
		return rune >= 0x800 && (rune < 0xd800 || rune > 0xdfff);
	if (length == 4)
		return rune >= 0x10000 && rune <= 0x10ffff;
	return true;
}

size_t utf8_decode(const char *text, size_t length, uint32_t *rune_out)
{
	unsigned char first = (unsigned char)text[0];
	size_t need = sequence_length(first);
	uint32_t rune = first;

	*rune_out = UTF8_INVALID;
	if (!need)
		return 1;
	if (need > 1)
		rune &= 0xffU >> (need + 1);
	for (size_t i = 1; i < need; i++) {
		if (!is_tail(text, length, i))
			return 1;
		rune = rune << 6 | tail(text, i);
	}
	if (!is_allowed(rune, need))
		return 1;
	*rune_out = rune;
	return need;
}

void utf8_write(uint32_t rune, struct strbuf *out)
{
	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		rune = UTF8_INVALID;
	if (rune < 0x80) {
		strbuf_addch(out, (char)rune);
		return;
	}
	if (rune < 0x800) {
		strbuf_addch(out, (char)(0xc0 | rune >> 6));
	} else if (rune < 0x10000) {
		strbuf_addch(out, (char)(0xe0 | rune >> 12));
		strbuf_addch(out, (char)(0x80 | (rune >> 6 & 0x3f)));
	} else {
		strbuf_addch(out, (char)(0xf0 | rune >> 18));
		strbuf_addch(out, (char)(0x80 | (rune >> 12 & 0x3f)));
		strbuf_addch(out, (char)(0x80 | (rune >> 6 & 0x3f)));
	}
	strbuf_addch(out, (char)(0x80 | (rune & 0x3f)));
}

bool utf8_is_valid(const char *text, size_t length)
{
	while (length) {
		uint32_t rune;
		size_t taken = utf8_decode(text, length, &rune);

		/* U+FFFD itself takes three bytes */
		if (rune == UTF8_INVALID && taken == 1)
			return false;
		text += taken;
		length -= taken;
	}
	return true;
}

size_t utf8_count(const char *text, size_t length)
{
	size_t count = 0;
	uint32_t rune;

	for (size_t at = 0; at < length; count++)
		at += utf8_decode(text + at, length - at, &rune);
	return count;
}
