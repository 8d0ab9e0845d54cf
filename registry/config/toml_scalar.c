/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grammar:
 *
 *   integer = [sign] decimal / "0x" hex / "0o" octal / "0b" binary
 *   float   = [sign] decimal ["." digits] [("e" / "E") [sign] digits]
 *           / [sign] ("inf" / "nan")
 *   decimal = "0" / nonzero *(["_"] digit)
 *   date    = yyyy-mm-dd, time = hh:mm:ss["." digits]
 *   stamp   = date [("T" / " ") time ["Z" / sign hh:mm]] / time
 *
 * An underscore stands between two digits or not at all.
 */
#include "registry/config/toml_scalar.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

struct word {
	const char *at;
	const char *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take(struct word *word, const char *any_of)
{
	if (word->at == word->end || !strchr(any_of, *word->at))
		return false;
	word->at++;
	return true;
}

/* Exactly COUNT digits, as a number; -1 when there are fewer. */
static int take_number(struct word *word, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		if (word->at == word->end || !is_digit(*word->at))
			return -1;
		number = number * 10 + (*word->at++ - '0');
	}
	return number;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct word *word)
{
	int year = take_number(word, 4);
	int month;
	int day;

	if (year < 0 || !take(word, "-"))
		return false;
	month = take_number(word, 2);
	if (month < 1 || month > 12 || !take(word, "-"))
		return false;
	day = take_number(word, 2);
	return day >= 1 && day <= days_in_month(year, month);
}

/* "hh:mm", as in a time and in an offset. */
static bool take_minutes(struct word *word)
{
	int hour = take_number(word, 2);
	int minute;

	if (hour < 0 || hour > 23 || !take(word, ":"))
		return false;
	minute = take_number(word, 2);
	return minute >= 0 && minute <= 59;
}

static bool take_time(struct word *word)
{
	int second;

	if (!take_minutes(word) || !take(word, ":"))
		return false;
	second = take_number(word, 2);
	if (second < 0 || second > 60) /* RFC 3339 knows leap seconds */
		return false;
	if (!take(word, "."))
		return true;
	if (take_number(word, 1) < 0)
		return false;
	while (take_number(word, 1) >= 0)
		;
	return true;
}

static bool is_stamp(struct word word)
{
	if (word.end - word.at > 2 && word.at[2] == ':')
		return take_time(&word) && word.at == word.end;
	if (!take_date(&word))
		return false;
	if (word.at == word.end)
		return true;
	if (!take(&word, "Tt ") || !take_time(&word))
		return false;
	if (take(&word, "+-"))
		return take_minutes(&word) && word.at == word.end;
	(void)take(&word, "Zz"); /* a local time has none */
	return word.at == word.end;
}

/* Copy digits to OUT without their underscores; at least one is needed. */
static bool take_digits(struct word *word, const char *digits,
			struct strbuf *out)
{
	const char *start = word->at;

	while (word->at < word->end && strchr(digits, *word->at)) {
		strbuf_addch(out, *word->at++);
		if (word->end - word->at > 1 && *word->at == '_' &&
		    strchr(digits, word->at[1]))
			word->at++;
	}
	return word->at > start;
}

static const char decimal[] = "0123456789";

static bool take_float_parts(struct word *word, struct strbuf *out)
{
	if (take(word, ".")) {
		strbuf_addch(out, '.');
		if (!take_digits(word, decimal, out))
			return false;
	}
	if (take(word, "eE")) {
		strbuf_addch(out, 'e');
		if (take(word, "+-"))
			strbuf_addch(out, word->at[-1]);
		if (!take_digits(word, decimal, out))
			return false;
	}
	return word->at == word->end;
}

/*
 * What remains of a number without its underscores is JSON, and jansson reads
 * that whatever the locale's decimal point, and knows its limits.
 */
static json_t *parse_decimal(struct word word)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	size_t start;

	if (take(&word, "+-") && word.at[-1] == '-')
		strbuf_addch(&text, '-');
	start = text.length;
	if (!take_digits(&word, decimal, &text) ||
	    (text.text[start] == '0' && text.length > start + 1) ||
	    !take_float_parts(&word, &text))
		return NULL;
	return json_loadb(text.text, text.length, JSON_DECODE_ANY, NULL);
}

static json_t *parse_radix(struct word word)
{
	static const struct {
		const char *prefix;
		const char *digits;
		int radix;
	} kinds[] = {
		{ "0x", "0123456789abcdefABCDEF", 16 },
		{ "0o", "01234567", 8 },
		{ "0b", "01", 2 },
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	unsigned long long value;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (memcmp(word.at, kinds[i].prefix, 2) != 0)
			continue;
		word.at += 2;
		if (!take_digits(&word, kinds[i].digits, &text) ||
		    word.at != word.end)
			return NULL;
		errno = 0;
		value = strtoull(text.text, NULL, kinds[i].radix);
		if (errno || value > INT64_MAX)
			return NULL;
		return json_integer((json_int_t)value);
	}
	return NULL;
}

static bool is_word(struct word word, const char *text)
{
	size_t length = (size_t)(word.end - word.at);

	return strlen(text) == length && !memcmp(word.at, text, length);
}

static bool is_not_finite(struct word word)
{
	(void)take(&word, "+-"); /* may be absent */
	return is_word(word, "inf") || is_word(word, "nan");
}

size_t toml_scalar_length(const char *text, const char *end)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789+-_.:";
	struct word date = { text, end };
	const char *at = text;

	/* A blank may stand between a date and a time. */
	if (take_date(&date) && end - date.at > 1 && *date.at == ' ' &&
	    is_digit(date.at[1]))
		at = date.at + 1;
	while (at < end && *at && strchr(bytes, *at))
		at++;
	return (size_t)(at - text);
}

json_t *toml_scalar_parse(const char *text, size_t length)
{
	struct word word = { text, text + length };

	if (!length)
		return NULL;
	if (is_word(word, "true"))
		return json_true();
	if (is_word(word, "false"))
		return json_false();
	if (is_not_finite(word) || is_stamp(word))
		return json_stringn(text, length);
	if (length > 2 && *text == '0' && strchr("xob", text[1]))
		return parse_radix(word);
	return parse_decimal(word);
}
