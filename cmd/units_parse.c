/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading half of units.h. Grammars:
 *   size    = digits { "." digits } [" "] [kmgtp] ["i"] ["b"]   (any case)
 *   cpus    = [sign] digits ["." digits] [("e"|"E") [sign] digits]
 *           | [sign] digits "/" digits
 *   integer = [sign] ["0x"|"0o"|"0b"|"0"] digits, "_" between digits
 */
#include "cmd/units.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/quote.h"

enum { CPU_DIGITS = 9, CPU_EXPONENT_MAX = 40 };

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* The number's length in a size, and how many dots it has; 0 when none. */
static size_t scan_number(const char *text, unsigned *dots)
{
	size_t length = count_digits(text);

	*dots = 0;
	while (length && text[length] == '.' &&
	       count_digits(text + length + 1)) {
		length += 1 + count_digits(text + length + 1);
		++*dots;
	}
	return length;
}

/* Powers of 1024 that the suffix stands for; -1 when it is none. */
static int scan_suffix(const char *text)
{
	static const char letters[] = "kmgtp";
	const char *letter;
	int power = 0;

	if (*text == ' ')
		text++;
	letter = *text ? strchr(letters, tolower((unsigned char)*text)) : NULL;
	if (letter) {
		power = (int)(letter - letters) + 1;
		text++;
	}
	if (*text == 'i' || *text == 'I')
		text++;
	if (*text == 'b' || *text == 'B')
		text++;
	return *text ? -1 : power;
}

int units_parse_size(const char *text, int64_t *out, struct error *err)
{
	unsigned dots;
	size_t length = scan_number(text, &dots);
	int power = scan_suffix(text + length);
	double value;

	if (!length || power < 0)
		return error_set(err, ERROR_INVALID, "invalid size: '%.64s'",
				 text);
	if (dots > 1)
		return error_set(err, ERROR_INVALID,
				 "strconv.ParseFloat: parsing \"%.*s\": "
				 "invalid syntax",
				 (int)(length < 64 ? length : 64), text);
	value = strtod(text, NULL);
	while (power-- > 0)
		value *= 1024;
	if (value >= 9223372036854775808.0)
		return error_set(err, ERROR_INVALID, "invalid size: '%.64s'",
				 text);
	*out = (int64_t)value;
	return 0;
}

struct decimal {
	uint64_t digits; /* the number without its point */
	int shift;	 /* power of ten it stands to be multiplied by */
	bool negative;
};

/* Add the digits at TEXT to NUMBER; more than int64_t holds is refused. */
static int add_digits(const char *text, size_t count, struct decimal *number)
{
	for (size_t i = 0; i < count; i++) {
		if (number->digits > (INT64_MAX - 9) / 10)
			return -1;
		number->digits = number->digits * 10 +
				 (unsigned)(text[i] - '0');
	}
	return 0;
}

/* Read mantissa and exponent up to the end of TEXT. */
static int scan_decimal(const char *text, struct decimal *out)
{
	size_t whole, fraction = 0;
	char *end;

	if (*text == '-' || *text == '+')
		out->negative = *text++ == '-';
	whole = count_digits(text);
	if (add_digits(text, whole, out) < 0)
		return -1;
	text += whole;
	if (*text == '.') {
		fraction = count_digits(++text);
		if (add_digits(text, fraction, out) < 0)
			return -1;
		out->shift = -(int)fraction;
		text += fraction;
	}
	if (!whole && !fraction)
		return -1;
	if (*text == 'e' || *text == 'E') {
		long exponent = strtol(text + 1, &end, 10);

		if (end == text + 1 || isspace((unsigned char)text[1]) ||
		    labs(exponent) > CPU_EXPONENT_MAX)
			return -1;
		out->shift += (int)exponent;
		text = end;
	}
	return *text ? -1 : 0;
}

static int not_rational(const char *text, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "failed to parse %.64s as a rational number", text);
}

/* NUMBER / DIVISOR in billionths, exactly or not at all. */
static int scale_cpus(struct decimal number, uint64_t divisor, int64_t *out,
		      struct error *err)
{
	unsigned __int128 value = number.digits;

	for (int i = number.shift + CPU_DIGITS; i > 0 && value; i--) {
		value *= 10;
		if (value >> 100)
			return error_set(err, ERROR_INVALID,
					 "value is too large");
	}
	for (int i = number.shift + CPU_DIGITS; i < 0 && value; i++) {
		if (value % 10)
			return error_set(err, ERROR_INVALID,
					 "value is too precise");
		value /= 10;
	}
	if (value % divisor)
		return error_set(err, ERROR_INVALID, "value is too precise");
	value /= divisor;
	if (value > INT64_MAX)
		return error_set(err, ERROR_INVALID, "value is too large");
	*out = number.negative ? -(int64_t)value : (int64_t)value;
	return 0;
}

int units_parse_cpus(const char *text, int64_t *out, struct error *err)
{
	struct decimal number = { 0, 0, false }, divisor = { 1, 0, false };
	const char *slash = strchr(text, '/');
	char numerator[64];

	if (strlen(text) >= sizeof(numerator))
		return not_rational(text, err);
	if (slash) {
		memcpy(numerator, text, (size_t)(slash - text));
		numerator[slash - text] = '\0';
		divisor.digits = 0;
		if (count_digits(slash + 1) != strlen(slash + 1) ||
		    scan_decimal(slash + 1, &divisor) < 0 || !divisor.digits ||
		    scan_decimal(numerator, &number) < 0)
			return not_rational(text, err);
		return scale_cpus(number, divisor.digits, out, err);
	}
	if (scan_decimal(text, &number) < 0)
		return not_rational(text, err);
	return scale_cpus(number, 1, out, err);
}

static int integer_error(const char *kind, const char *text, const char *why,
			 struct error *err)
{
	struct strbuf quoted = STRBUF_LIMIT(256);

	quote_format(text, strnlen(text, 64), &quoted);
	(void)error_set(err, ERROR_INVALID, "strconv.Parse%s: parsing %s: %s",
			kind, quoted.text, why); /* its -1 is returned below */
	strbuf_release(&quoted);
	return -1;
}

/* The base that a prefix asks for; moves TEXT past it. */
static unsigned scan_base(const char **text)
{
	const char *at = *text;
	char letter = at[0] == '0' ? (char)tolower((unsigned char)at[1]) : 0;

	if (letter == 'x' || letter == 'o' || letter == 'b') {
		*text += 2;
		return letter == 'x' ? 16 : letter == 'o' ? 8 : 2;
	}
	if (at[0] == '0' && at[1]) {
		*text += 1;
		return 8;
	}
	return 10;
}

static unsigned digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a') + 10 : 99;
}

enum scan_result { SCAN_NONE = 0, SCAN_SYNTAX, SCAN_RANGE };

/* Digits of Go's base-0 integers; underscores stand between digits only. */
static enum scan_result scan_magnitude(const char *text, uint64_t *out)
{
	const char *start = text;
	unsigned base = scan_base(&text);
	bool too_large = false;
	bool digit_before = text != start; /* "0_7" and "0x_7" are fine */

	*out = 0;
	if (!*text)
		return SCAN_SYNTAX;
	for (; *text; text++) {
		if (*text == '_') {
			if (!digit_before || !text[1])
				return SCAN_SYNTAX;
			digit_before = false;
			continue;
		}
		if (digit_value(*text) >= base)
			return SCAN_SYNTAX;
		digit_before = true;
		too_large |= __builtin_mul_overflow(*out, base, out);
		too_large |= __builtin_add_overflow(*out, digit_value(*text),
						    out);
	}
	return too_large ? SCAN_RANGE : SCAN_NONE;
}

int units_parse_integer(const char *text, int64_t min, int64_t max,
			int64_t *out, struct error *err)
{
	bool negative = *text == '-';
	uint64_t magnitude;
	int64_t value;

	switch (scan_magnitude(text + (*text == '-' || *text == '+'),
			       &magnitude)) {
	case SCAN_SYNTAX:
		return integer_error("Int", text, "invalid syntax", err);
	case SCAN_RANGE:
		return integer_error("Int", text, "value out of range", err);
	case SCAN_NONE:
		break;
	}
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return integer_error("Int", text, "value out of range", err);
	value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (value < min || value > max)
		return integer_error("Int", text, "value out of range", err);
	*out = value;
	return 0;
}

int units_parse_unsigned(const char *text, uint64_t max, uint64_t *out,
			 struct error *err)
{
	uint64_t value;

	switch (scan_magnitude(text, &value)) {
	case SCAN_SYNTAX:
		return integer_error("Uint", text, "invalid syntax", err);
	case SCAN_RANGE:
		return integer_error("Uint", text, "value out of range", err);
	case SCAN_NONE:
		break;
	}
	if (value > max)
		return integer_error("Uint", text, "value out of range", err);
	*out = value;
	return 0;
}

int units_parse_bool(const char *text, bool *out, struct error *err)
{
	static const char *const words[] = { "0",     "f",     "F",    "FALSE",
					     "false", "False", "1",    "t",
					     "T",     "TRUE",  "true", "True" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(text, words[i]))
			continue;
		*out = i >= sizeof(words) / sizeof(*words) / 2;
		return 0;
	}
	return integer_error("Bool", text, "invalid syntax", err);
}

static bool is_duration_unit(const char *text, size_t length)
{
	static const char *const units[] = { "ns", "us", "µs", "μs",
					     "ms", "s",	 "m",  "h" };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strlen(units[i]) == length &&
		    !memcmp(text, units[i], length))
			return true;
	return false;
}

/* What Go says about a duration that does not parse. */
static int duration_error(const char *text, struct error *err)
{
	const char *at = text + (*text == '-' || *text == '+');
	size_t length;

	while (*at && strchr("0123456789.", *at)) {
		at += count_digits(at);
		if (*at == '.')
			at += 1 + count_digits(at + 1);
		length = strcspn(at, "0123456789.");
		if (!length)
			return error_set(err, ERROR_INVALID,
					 "time: missing unit in duration "
					 "\"%.64s\"",
					 text);
		if (!is_duration_unit(at, length))
			return error_set(err, ERROR_INVALID,
					 "time: unknown unit \"%.*s\" in "
					 "duration \"%.64s\"",
					 (int)(length < 64 ? length : 64), at,
					 text);
		at += length;
	}
	return error_set(err, ERROR_INVALID, "time: invalid duration \"%.64s\"",
			 text);
}

int units_parse_duration(const char *text, int64_t *out, struct error *err)
{
	if (clock_parse_duration(text, out, err) < 0)
		return duration_error(text, err);
	return 0;
}
