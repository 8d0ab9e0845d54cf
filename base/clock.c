/* SPDX-License-Identifier: Apache-2.0 */
/* Wall time, monotonic time, RFC 3339 and Go durations. */
#include "base/clock.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now = { 0 };

	(void)clock_gettime(id, &now); /* cannot fail for these clocks */
	return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_format(int64_t time, char out[static CLOCK_TEXT_MAX])
{
	int64_t nanoseconds = time % CLOCK_SECOND;
	time_t seconds = (time_t)(time / CLOCK_SECOND);
	struct tm parts = { 0 };
	size_t length;

	if (nanoseconds < 0) {
		nanoseconds += CLOCK_SECOND;
		seconds--;
	}
	(void)gmtime_r(&seconds, &parts); /* years of an int64 in ns fit */
	length = strftime(out, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &parts);
	if (nanoseconds) {
		length += (size_t)snprintf(out + length,
					   CLOCK_TEXT_MAX - length, ".%09lld",
					   (long long)nanoseconds);
		while (out[length - 1] == '0')
			length--;
	}
	out[length++] = 'Z';
	out[length] = '\0';
}

/* Reads exactly COUNT digits and the byte AFTER (0: none). */
static bool read_field(const char **text, int count, char after, int *out)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return false;
		value = value * 10 + (**text - '0');
	}
	*out = value;
	if (!after)
		return true;
	return *(*text)++ == after;
}

static bool read_fraction(const char **text, int64_t *out)
{
	int64_t unit = CLOCK_SECOND / 10;

	*out = 0;
	if (**text != '.' && **text != ',')
		return true;
	(*text)++;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
		*out += (**text - '0') * unit;
	return true;
}

/* Reads "Z" or "+hh:mm"; the offset is in seconds. */
static bool read_zone(const char **text, int *out)
{
	int hours = 0;
	int minutes = 0;
	char sign = *(*text)++;

	*out = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if ((sign != '+' && sign != '-') || !read_field(text, 2, ':', &hours) ||
	    !read_field(text, 2, 0, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

static bool is_in_range(const struct tm *parts)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return parts->tm_mon >= 0 && parts->tm_mon < 12 && parts->tm_mday > 0 &&
	       parts->tm_mday <= days[parts->tm_mon] && parts->tm_hour < 24 &&
	       parts->tm_min < 60 && parts->tm_sec <= 60;
}

/* Years 1 and 9999 occur: what 64 bits of nanoseconds do not hold is clamped.
 */
static int64_t join_seconds(int64_t seconds, int64_t nanoseconds)
{
	if (seconds > INT64_MAX / CLOCK_SECOND - 1)
		return INT64_MAX;
	if (seconds < INT64_MIN / CLOCK_SECOND + 1)
		return INT64_MIN;
	return seconds * CLOCK_SECOND + nanoseconds;
}

int clock_parse(const char *text, int64_t *out, struct error *err)
{
	const char *at = text;
	struct tm parts = { 0 };
	int64_t nanoseconds = 0;
	int zone = 0;

	if (!read_field(&at, 4, '-', &parts.tm_year) ||
	    !read_field(&at, 2, '-', &parts.tm_mon) ||
	    !read_field(&at, 2, 0, &parts.tm_mday) ||
	    (*at != 'T' && *at != 't' && *at != ' '))
		goto invalid;
	at++;
	if (!read_field(&at, 2, ':', &parts.tm_hour) ||
	    !read_field(&at, 2, ':', &parts.tm_min) ||
	    !read_field(&at, 2, 0, &parts.tm_sec) ||
	    !read_fraction(&at, &nanoseconds) || !read_zone(&at, &zone) || *at)
		goto invalid;
	parts.tm_year -= 1900;
	parts.tm_mon -= 1;
	if (!is_in_range(&parts))
		goto invalid;
	*out = join_seconds((int64_t)timegm(&parts) - zone, nanoseconds);
	return 0;
invalid:
	return error_set(err, ERROR_INVALID, "invalid time \"%.64s\"", text);
}

struct unit {
	const char *name;
	double nanoseconds;
};

/* Longest name first where one begins another. */
static const struct unit units[] = {
	{ "ns", 1 },	      { "us", 1e3 },   { "\xc2\xb5s", 1e3 },
	{ "\xce\xbcs", 1e3 }, { "ms", 1e6 },   { "s", 1e9 },
	{ "m", 60e9 },	      { "h", 3600e9 },
};

static const struct unit *read_unit(const char **text)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t length = strlen(units[i].name);

		if (!strncmp(*text, units[i].name, length)) {
			*text += length;
			return &units[i];
		}
	}
	return NULL;
}

/* number = digits [ "." digits ] | "." digits */
static bool read_number(const char **text, double *out)
{
	double scale = 1;
	bool any = false;

	*out = 0;
	for (; isdigit((unsigned char)**text); (*text)++, any = true)
		*out = *out * 10 + (**text - '0');
	if (**text == '.') {
		(*text)++;
		for (; isdigit((unsigned char)**text); (*text)++, any = true) {
			scale /= 10;
			*out += (**text - '0') * scale;
		}
	}
	return any;
}

int clock_parse_duration(const char *text, int64_t *out, struct error *err)
{
	const char *at = text;
	bool negative = *at == '-';
	double total = 0;

	if (*at == '-' || *at == '+')
		at++;
	if (!strcmp(at, "0")) {
		*out = 0;
		return 0;
	}
	do {
		const struct unit *unit;
		double number = 0;

		if (!read_number(&at, &number))
			goto invalid;
		unit = read_unit(&at);
		if (!unit)
			goto invalid;
		total += number * unit->nanoseconds;
	} while (*at);
	if (total > 9.2e18)
		goto invalid;
	*out = (int64_t)llround(negative ? -total : total);
	return 0;
invalid:
	return error_set(err, ERROR_INVALID, "invalid duration \"%.64s\"",
			 text);
}
