/* SPDX-License-Identifier: Apache-2.0 */
/* Making text safe for a terminal, and measuring it. */
#include "base/term.h"

#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/utf8.h"

void term_sanitize(const char *text, size_t length, struct strbuf *out)
{
	size_t at = 0;

	while (at < length) {
		uint32_t rune = 0;
		size_t size = utf8_decode(text + at, length - at, &rune);

		if ((rune == UTF8_INVALID && size == 1) || rune < 0x20 ||
		    (rune >= 0x7f && rune < 0xa0))
			strbuf_addch(out, '?');
		else
			strbuf_add(out, text + at, size);
		at += size;
	}
}

void term_sanitize_lines(const char *text, size_t length, struct strbuf *out)
{
	size_t at = 0;

	while (at < length) {
		size_t end = at;

		while (end < length && text[end] != '\n' && text[end] != '\t')
			end++;
		term_sanitize(text + at, end - at, out);
		if (end < length)
			strbuf_addch(out, text[end++]);
		at = end;
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
	size_t length = strlen(text);
	size_t columns = 0;
	size_t at = 0;

	while (at < length) {
		uint32_t rune = 0;

		at += utf8_decode(text + at, length - at, &rune);
		columns += rune_columns(rune);
	}
	return columns;
}
