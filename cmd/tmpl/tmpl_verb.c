/* SPDX-License-Identifier: Apache-2.0 */
/* After fmt/format.go; the comments there explain the odd cases kept here. */
#include "cmd/tmpl/tmpl_verb.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/quote.h"
#include "cmd/tmpl/tmpl_number.h"

enum { FLOAT_PRECISION_MAX = 400, INTEGER_DIGITS_MAX = 1100 };

static void add_fill(char fill, size_t count, struct strbuf *out)
{
	while (count--)
		strbuf_addch(out, fill);
}

void tmpl_verb_pad(const struct tmpl_verb *verb, const char *text,
		   size_t length, struct strbuf *out)
{
	size_t runes = utf8_count(text, length);
	size_t fill = 0;

	if (verb->has_width && (size_t)verb->width > runes)
		fill = (size_t)verb->width - runes;
	if (!verb->minus)
		add_fill(verb->zero ? '0' : ' ', fill, out);
	strbuf_add(out, text, length);
	if (verb->minus)
		add_fill(' ', fill, out);
}

/* Digits of MAGNITUDE, at least LEAST of them. */
static void add_digits(uint64_t magnitude, unsigned base, bool upper,
		       size_t least, struct strbuf *out)
{
	const char *symbols = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[64];
	size_t count = 0;

	while (magnitude) {
		/* cppcheck-suppress zerodivcond ; the base is 2 at least */
		digits[count++] = symbols[magnitude % base];
		magnitude /= base;
	}
	if (least > count)
		add_fill('0', least - count, out);
	while (count)
		strbuf_addch(out, digits[--count]);
}

/* "0x", "0", "0b": what '#' asks for. */
static void add_base_mark(const struct tmpl_verb *verb, unsigned base,
			  const struct strbuf *digits, struct strbuf *out)
{
	if (verb->verb == 'O')
		strbuf_addstr(out, "0o");
	if (!verb->sharp)
		return;
	if (base == 2)
		strbuf_addstr(out, "0b");
	else if (base == 8 && digits->text[0] != '0')
		strbuf_addch(out, '0');
	else if (base == 16)
		strbuf_addstr(out, verb->verb == 'X' ? "0X" : "0x");
}

static size_t least_digits(const struct tmpl_verb *verb, bool has_sign)
{
	size_t least = 1;

	if (verb->has_precision)
		least = (size_t)verb->precision;
	else if (verb->zero && !verb->minus && verb->has_width)
		least = (size_t)verb->width > has_sign
				? (size_t)verb->width - has_sign
				: 1;
	return least > INTEGER_DIGITS_MAX ? INTEGER_DIGITS_MAX : least;
}

static void format_base(const struct tmpl_verb *verb, int64_t value,
			unsigned base, struct strbuf *out)
{
	struct tmpl_verb padding = *verb;
	bool negative = value < 0;
	uint64_t magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value;
	bool has_sign = negative || verb->plus || verb->space;
	struct strbuf digits = STRBUF_INIT, text = STRBUF_INIT;

	padding.zero = false;
	add_digits(magnitude, base, verb->verb == 'X',
		   least_digits(verb, has_sign), &digits);
	if (has_sign)
		strbuf_addch(&text, negative ? '-' : verb->plus ? '+' : ' ');
	add_base_mark(verb, base, &digits, &text);
	strbuf_add(&text, digits.text, digits.length);
	if (verb->has_precision && !verb->precision && !value)
		strbuf_truncate(&text, 0);
	tmpl_verb_pad(&padding, text.text, text.length, out);
	strbuf_release(&digits);
	strbuf_release(&text);
}

static uint32_t to_rune(int64_t value)
{
	return value < 0 || value > 0x10ffff ? UTF8_INVALID : (uint32_t)value;
}

static void format_rune(const struct tmpl_verb *verb, int64_t value,
			struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	uint32_t rune = to_rune(value);

	if (verb->verb == 'c') {
		utf8_write(rune, &text);
	} else if (verb->verb == 'q') {
		quote_format_rune(rune, &text);
	} else {
		strbuf_addf(&text, "U+%04llX", (unsigned long long)value);
		if (verb->sharp && quote_is_printable(rune)) {
			strbuf_addstr(&text, " '");
			utf8_write(rune, &text);
			strbuf_addch(&text, '\'');
		}
	}
	tmpl_verb_pad(verb, text.text, text.length, out);
	strbuf_release(&text);
}

bool tmpl_verb_integer(const struct tmpl_verb *verb, int64_t value,
		       struct strbuf *out)
{
	switch (verb->verb) {
	case 'v':
	case 'd':
		format_base(verb, value, 10, out);
		return true;
	case 'b':
		format_base(verb, value, 2, out);
		return true;
	case 'o':
	case 'O':
		format_base(verb, value, 8, out);
		return true;
	case 'x':
	case 'X':
		format_base(verb, value, 16, out);
		return true;
	case 'c':
	case 'q':
	case 'U':
		format_rune(verb, value, out);
		return true;
	default:
		return false;
	}
}

/* The bare number: sign only when negative. */
static void format_number(const struct tmpl_verb *verb, double value,
			  struct strbuf *out)
{
	int precision = verb->has_precision ? verb->precision : 6;
	char conversion = (char)verb->verb;

	if (precision > FLOAT_PRECISION_MAX)
		precision = FLOAT_PRECISION_MAX;
	if ((conversion == 'g' || conversion == 'v') && !verb->has_precision) {
		tmpl_number_format(value, out);
		return;
	}
	if (conversion == 'G' && !verb->has_precision) {
		size_t start = out->length;

		tmpl_number_format(value, out);
		for (; start < out->length; start++)
			out->text[start] =
				(char)toupper((unsigned char)out->text[start]);
		return;
	}
	switch (conversion) {
	case 'e':
		strbuf_addf(out, "%.*e", precision, value);
		return;
	case 'E':
		strbuf_addf(out, "%.*E", precision, value);
		return;
	case 'G':
		strbuf_addf(out, "%.*G", precision, value);
		return;
	case 'f':
	case 'F':
		strbuf_addf(out, "%.*f", precision, value);
		return;
	default:
		strbuf_addf(out, "%.*g", precision, value);
		return;
	}
}

bool tmpl_verb_float(const struct tmpl_verb *verb, double value,
		     struct strbuf *out)
{
	struct tmpl_verb padding = *verb;
	struct strbuf text = STRBUF_INIT;
	bool has_sign;

	if (verb->verb > 0x7f || !verb->verb ||
	    !strchr("eEfFgGv", (int)verb->verb))
		return false;
	if (!signbit(value) && (verb->plus || verb->space))
		strbuf_addch(&text, verb->plus ? '+' : ' ');
	format_number(verb, value, &text);
	has_sign = text.text[0] < '0';
	if (has_sign && verb->zero && !verb->minus && verb->has_width) {
		/* A sign stands before padding zeros. */
		strbuf_addch(out, text.text[0]);
		padding.width -= padding.width > 0;
		tmpl_verb_pad(&padding, text.text + 1, text.length - 1, out);
	} else {
		tmpl_verb_pad(&padding, text.text, text.length, out);
	}
	strbuf_release(&text);
	return true;
}

static void format_hex(const struct tmpl_verb *verb, const char *text,
		       size_t length, struct strbuf *out)
{
	bool upper = verb->verb == 'X';
	const char *mark = upper ? "0X" : "0x";
	struct strbuf hex = STRBUF_INIT;

	if (verb->has_precision && (size_t)verb->precision < length)
		length = (size_t)verb->precision;
	for (size_t i = 0; i < length; i++) {
		if (i && verb->space)
			strbuf_addch(&hex, ' ');
		if (verb->sharp && (!i || verb->space))
			strbuf_addstr(&hex, mark);
		if (upper)
			strbuf_addf(&hex, "%02X", (unsigned char)text[i]);
		else
			strbuf_addf(&hex, "%02x", (unsigned char)text[i]);
	}
	tmpl_verb_pad(verb, hex.text, hex.length, out);
	strbuf_release(&hex);
}

/* strconv.CanBackquote: fits between backquotes, unescaped. */
static bool can_backquote(const char *text, size_t length)
{
	uint32_t rune;
	size_t size;

	for (size_t at = 0; at < length; at += size) {
		size = utf8_decode(text + at, length - at, &rune);
		if ((rune < 0x20 && rune != '\t') || rune == '`' ||
		    rune == 0x7f || rune == 0xfeff || rune == UTF8_INVALID)
			return false;
	}
	return true;
}

/* %+q: what is not ASCII is escaped too. */
static void quote_ascii(const char *text, size_t length, struct strbuf *out)
{
	struct strbuf quoted = STRBUF_INIT;
	uint32_t rune;
	size_t size;

	quote_format(text, length, &quoted);
	for (size_t at = 0; at < quoted.length; at += size) {
		size = utf8_decode(quoted.text + at, quoted.length - at, &rune);
		if (rune < 0x80)
			strbuf_addch(out, (char)rune);
		else
			strbuf_addf(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x",
				    rune);
	}
	strbuf_release(&quoted);
}

static void format_quoted(const struct tmpl_verb *verb, const char *text,
			  size_t length, struct strbuf *out)
{
	struct strbuf quoted = STRBUF_INIT;

	if (verb->sharp && can_backquote(text, length)) {
		strbuf_addch(&quoted, '`');
		strbuf_add(&quoted, text, length);
		strbuf_addch(&quoted, '`');
	} else if (verb->plus) {
		quote_ascii(text, length, &quoted);
	} else {
		quote_format(text, length, &quoted);
	}
	tmpl_verb_pad(verb, quoted.text, quoted.length, out);
	strbuf_release(&quoted);
}

/* The bytes of the first RUNES runes. */
static size_t cut(const char *text, size_t length, size_t runes)
{
	size_t at = 0;
	uint32_t rune;

	while (at < length && runes--)
		at += utf8_decode(text + at, length - at, &rune);
	return at;
}

bool tmpl_verb_string(const struct tmpl_verb *verb, const char *text,
		      size_t length, struct strbuf *out)
{
	size_t shown = length;

	if (verb->has_precision)
		shown = cut(text, length, (size_t)verb->precision);
	switch (verb->verb) {
	case 'v':
		if (verb->sharp) {
			struct tmpl_verb quoted = *verb;

			quoted.sharp = false; /* never between backquotes */
			format_quoted(&quoted, text, length, out);
			return true;
		}
		tmpl_verb_pad(verb, text, shown, out);
		return true;
	case 's':
		tmpl_verb_pad(verb, text, shown, out);
		return true;
	case 'q':
		format_quoted(verb, text, shown, out);
		return true;
	case 'x':
	case 'X':
		format_hex(verb, text, length, out);
		return true;
	default:
		return false;
	}
}
