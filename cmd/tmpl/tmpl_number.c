/* SPDX-License-Identifier: Apache-2.0 */
/* strconv.ParseInt with base 0, ParseFloat and FormatFloat with precision -1 */
#include "cmd/tmpl/tmpl_number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/quote.h"
#include "cmd/units.h"

enum { NUMBER_MAX = 100, DIGITS_MAX = 17 };

static int illegal(const char *text, const char *what, struct error *err)
{
	struct strbuf quoted = STRBUF_LIMIT(400);

	quote_format(text, strlen(text), &quoted);
	(void)error_set(err, ERROR_INVALID, "%s: %s", what,
			quoted.text); /* -1 is returned below */
	strbuf_release(&quoted);
	return -1;
}

/* Underscores are for people. */
static void drop_underscores(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != '_')
			*to++ = *text;
	*to = '\0';
}

static int parse_float(char *text, json_t **out, struct error *err)
{
	char copy[NUMBER_MAX];
	char *end;
	double value;

	memcpy(copy, text, sizeof(copy));
	drop_underscores(copy);
	value = strtod(copy, &end);
	if (end == copy || *end || !isfinite(value))
		return illegal(text, "illegal number syntax", err);
	*out = json_real(value);
	return 0;
}

int tmpl_number_parse(const char *text, size_t length, json_t **out,
		      struct error *err)
{
	char copy[NUMBER_MAX] = { 0 };
	struct error why = ERROR_INIT;
	bool is_float, is_hex;
	int64_t value;
	uint64_t magnitude;

	if (length >= sizeof(copy))
		return error_set(err, ERROR_INVALID, "number too long");
	memcpy(copy, text, length);
	if (units_parse_integer(copy, INT64_MIN, INT64_MAX, &value, &why) ==
	    0) {
		*out = json_integer(value);
		return 0;
	}
	error_release(&why);
	if (units_parse_unsigned(copy, UINT64_MAX, &magnitude, &why) == 0) {
		*out = NULL;
		return 0;
	}
	error_release(&why);
	is_hex = strpbrk(copy, "xX") != NULL;
	is_float = strpbrk(copy, is_hex ? ".pP" : ".eE") != NULL;
	if (is_float)
		return parse_float(copy, out, err);
	if (!is_hex && strpbrk(copy, "0123456789") &&
	    strspn(copy, "+-0123456789_") == length)
		return illegal(copy, "integer overflow", err);
	return illegal(copy, "illegal number syntax", err);
}

int tmpl_number_parse_rune(const char *text, size_t length, json_t **out,
			   struct error *err)
{
	struct strbuf rune = STRBUF_LIMIT(64);
	uint32_t value = 0;

	if (quote_parse(text, length, &rune, err) < 0 || !rune.length) {
		strbuf_release(&rune);
		return error_set(err, ERROR_INVALID, "invalid syntax");
	}
	if (utf8_decode(rune.text, rune.length, &value) != rune.length) {
		strbuf_release(&rune);
		return error_set(err, ERROR_INVALID,
				 "malformed character constant: %.*s",
				 (int)(length > 40 ? 40 : length), text);
	}
	strbuf_release(&rune);
	*out = json_integer(value);
	return 0;
}

/* The fewest digits that read back as VALUE; returns the decimal exponent. */
static int shortest(double value, char digits[static DIGITS_MAX + 1])
{
	char text[40];
	int exponent = 0;

	for (int precision = 0; precision < DIGITS_MAX; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision,
			       value); /* fits */
		if (strtod(text, NULL) == value)
			break;
	}
	for (const char *at = text; *at; at++) {
		if (*at == 'e') {
			exponent = (int)strtol(at + 1, NULL, 10);
			break;
		}
		if (*at >= '0' && *at <= '9')
			*digits++ = *at;
	}
	*digits = '\0';
	return exponent;
}

static void add_fixed(const char *digits, int exponent, struct strbuf *out)
{
	int count = (int)strlen(digits);

	if (exponent < 0) {
		strbuf_addstr(out, "0.");
		for (int i = -1; i > exponent; i--)
			strbuf_addch(out, '0');
		strbuf_addstr(out, digits);
		return;
	}
	for (int i = 0; i < count || i <= exponent; i++) {
		if (i == exponent + 1)
			strbuf_addch(out, '.');
		strbuf_addch(out, i < count ? digits[i] : '0');
	}
}

/* LEAST is how many digits the exponent has at least. */
static void add_scientific(const char *digits, int exponent, int least,
			   struct strbuf *out)
{
	strbuf_addch(out, digits[0]);
	if (digits[1])
		strbuf_addf(out, ".%s", digits + 1);
	strbuf_addf(out, "e%c%0*d", exponent < 0 ? '-' : '+', least,
		    abs(exponent));
}

void tmpl_number_format(double value, struct strbuf *out)
{
	char digits[DIGITS_MAX + 1];
	int exponent = shortest(value, digits);

	if (signbit(value))
		strbuf_addch(out, '-');
	if (exponent < -4 || exponent >= 6)
		add_scientific(digits, exponent, 2, out);
	else
		add_fixed(digits, exponent, out);
}

void tmpl_number_format_json(double value, struct strbuf *out)
{
	char digits[DIGITS_MAX + 1];
	int exponent = shortest(value, digits);

	if (signbit(value))
		strbuf_addch(out, '-');
	if (value != 0 && (exponent < -6 || exponent >= 21))
		add_scientific(digits, exponent, exponent < 0 ? 1 : 2, out);
	else
		add_fixed(digits, exponent, out);
}
