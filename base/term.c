/* SPDX-License-Identifier: Apache-2.0 */
/* Making text safe for a terminal, and measuring it. */
#include "base/term.h"

#include <stdint.h>
#include <sys/ioctl.h>

/*
 * Decodes one UTF-8 sequence (RFC 3629: no overlong forms, no surrogates).
 * Returns its length, or 0 when the bytes are not valid.
 */
static size_t decode(const unsigned char *text, size_t length, uint32_t *rune)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size;
	uint32_t value;

	if (text[0] < 0x80) {
		*rune = text[0];
		return 1;
	}
	size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	if (text[0] < 0xc2 || text[0] > 0xf4 || length < size)
		return 0;
	value = text[0] & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3fu);
	}
	if (value < lowest[size] || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	*rune = value;
	return size;
}

void term_sanitize(const char *text, size_t length, struct strbuf *out)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0;

	while (at < length) {
		uint32_t rune = 0;
		size_t size = decode(bytes + at, length - at, &rune);

		if (!size || rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
			strbuf_addch(out, '?');
		else
			strbuf_add(out, text + at, size);
		at += size ? size : 1;
	}
}

unsigned term_width(int fd, unsigned fallback)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return fallback;
	return size.ws_col;
}

/* The blocks of Unicode 15 that terminals draw two cells wide. */
static size_t rune_columns(uint32_t rune)
{
	static const struct {
		uint32_t first, last;
	} wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },
		{ 0x3041, 0x33ff },   { 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
		{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		if (rune >= wide[i].first && rune <= wide[i].last)
			return 2;
	}
	return 1;
}

size_t term_columns(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t columns = 0;

	while (*bytes) {
		uint32_t rune = 0;
		size_t size = decode(bytes, 4, &rune);

		columns += size ? rune_columns(rune) : 1;
		bytes += size ? size : 1;
	}
	return columns;
}
