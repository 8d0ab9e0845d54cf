/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quoting and unquoting by the Go specification, "String literals" and "Rune
 * literals". Which code points print is kept as a short table of those that do
 * not; unassigned points are taken as printable, as a newer Unicode may say.
 */
#include "cmd/quote.h"

#include "base/alloc.h"
#include "base/utf8.h"

static const struct range {
	uint32_t first;
	uint32_t last;
} unprintable[] = {
	{ 0x00, 0x1f },	      { 0x7f, 0xa0 },	     { 0xad, 0xad },
	{ 0x600, 0x605 },     { 0x61c, 0x61c },	     { 0x6dd, 0x6dd },
	{ 0x70f, 0x70f },     { 0x890, 0x891 },	     { 0x8e2, 0x8e2 },
	{ 0x1680, 0x1680 },   { 0x180e, 0x180e },    { 0x2000, 0x200f },
	{ 0x2028, 0x202f },   { 0x205f, 0x206f },    { 0x3000, 0x3000 },
	{ 0xd800, 0xf8ff },   { 0xfeff, 0xfeff },    { 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff },   { 0x110bd, 0x110bd },  { 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },  { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe00ff }, { 0xe01f0, 0x10ffff },
};

bool quote_is_printable(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(unprintable) / sizeof(*unprintable); i++)
		if (rune >= unprintable[i].first && rune <= unprintable[i].last)
			return false;
	return true;
}

/* The letter after the backslash for RUNE, or 0. */
static char escape_letter(uint32_t rune)
{
	static const char runes[] = "\a\b\f\n\r\t\v";
	static const char letters[] = "abfnrtv";

	for (size_t i = 0; i < sizeof(letters) - 1; i++)
		if (rune == (unsigned char)runes[i])
			return letters[i];
	return 0;
}

static void add_rune(uint32_t rune, char quote, struct strbuf *out)
{
	char letter = escape_letter(rune);

	if (rune == (unsigned char)quote || rune == '\\')
		strbuf_addf(out, "\\%c", (int)rune);
	else if (letter)
		strbuf_addf(out, "\\%c", letter);
	else if (quote_is_printable(rune))
		utf8_write(rune, out);
	else if (rune < 0x20 || rune == 0x7f)
		strbuf_addf(out, "\\x%02x", rune);
	else if (rune < 0x10000)
		strbuf_addf(out, "\\u%04x", rune);
	else
		strbuf_addf(out, "\\U%08x", rune);
}

void quote_format(const char *text, size_t length, struct strbuf *out)
{
	size_t size;
	uint32_t rune;

	strbuf_addch(out, '"');
	for (size_t at = 0; at < length; at += size) {
		size = utf8_decode(text + at, length - at, &rune);
		if (size == 1 && rune == UTF8_INVALID)
			strbuf_addf(out, "\\x%02x", (unsigned char)text[at]);
		else
			add_rune(rune, '"', out);
	}
	strbuf_addch(out, '"');
}

char *quote_new(const char *text)
{
	struct strbuf out = STRBUF_INIT;

	quote_format(text, strlen(text), &out);
	return strbuf_steal(&out);
}

void quote_format_rune(uint32_t rune, struct strbuf *out)
{
	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		rune = UTF8_INVALID;
	strbuf_addch(out, '\'');
	add_rune(rune, '\'', out);
	strbuf_addch(out, '\'');
}

struct escape {
	const char *at;
	const char *end;
	char quote;
};

/* Read exactly COUNT digits of BASE. */
static int read_digits(struct escape *in, int count, int base, uint32_t *out)
{
	uint32_t value = 0;

	for (int i = 0; i < count; i++) {
		int digit;

		if (in->at >= in->end)
			return -1;
		if (*in->at >= '0' && *in->at <= '9')
			digit = *in->at - '0';
		else if ((*in->at | 0x20) >= 'a' && (*in->at | 0x20) <= 'f')
			digit = (*in->at | 0x20) - 'a' + 10;
		else
			return -1;
		if (digit >= base)
			return -1;
		value = value * (uint32_t)base + (uint32_t)digit;
		in->at++;
	}
	*out = value;
	return 0;
}

/* \u and \U name a rune; surrogates and what is too large are refused. */
static int read_unicode(struct escape *in, int digits, struct strbuf *out)
{
	uint32_t rune;

	if (read_digits(in, digits, 16, &rune) < 0 || rune > 0x10ffff ||
	    (rune >= 0xd800 && rune <= 0xdfff))
		return -1;
	utf8_write(rune, out);
	return 0;
}

static int read_byte(struct escape *in, int digits, int base,
		     struct strbuf *out)
{
	uint32_t value;

	if (read_digits(in, digits, base, &value) < 0 || value > 0xff)
		return -1;
	if (in->quote == '\'')
		utf8_write(value, out); /* in a rune literal it is a rune */
	else
		strbuf_addch(out, (char)value);
	return 0;
}

/* What follows a backslash. */
static int read_escape(struct escape *in, struct strbuf *out)
{
	static const char letters[] = "abfnrtv\\";
	static const char runes[] = "\a\b\f\n\r\t\v\\";
	const char *letter;

	if (in->at >= in->end)
		return -1;
	if (*in->at >= '0' && *in->at <= '7')
		return read_byte(in, 3, 8, out);
	letter = *in->at ? strchr(letters, *in->at) : NULL;
	if (letter || *in->at == in->quote) {
		strbuf_addch(out, letter ? runes[letter - letters] : in->quote);
		in->at++;
		return 0;
	}
	switch (*in->at++) {
	case 'x':
		return read_byte(in, 2, 16, out);
	case 'u':
		return read_unicode(in, 4, out);
	case 'U':
		return read_unicode(in, 8, out);
	default:
		return -1;
	}
}

static int parse_escaped(struct escape *in, struct strbuf *out)
{
	while (in->at < in->end) {
		char byte = *in->at++;

		if (byte == '\n' || byte == in->quote)
			return -1;
		if (byte != '\\')
			strbuf_addch(out, byte);
		else if (read_escape(in, out) < 0)
			return -1;
	}
	return 0;
}

int quote_parse(const char *text, size_t length, struct strbuf *out,
		struct error *err)
{
	struct escape in;

	if (length < 2 || text[length - 1] != text[0])
		return error_set(err, ERROR_INVALID, "invalid syntax");
	in = (struct escape){ text + 1, text + length - 1, text[0] };
	if (text[0] == '`') {
		for (; in.at < in.end; in.at++)
			if (*in.at == '`')
				return error_set(err, ERROR_INVALID,
						 "invalid syntax");
			else if (*in.at != '\r') /* Go drops them */
				strbuf_addch(out, *in.at);
		return 0;
	}
	if ((text[0] != '"' && text[0] != '\'') || parse_escaped(&in, out) < 0)
		return error_set(err, ERROR_INVALID, "invalid syntax");
	return 0;
}
