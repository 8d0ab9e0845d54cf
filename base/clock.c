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

int64_t clock_join(int64_t seconds, int64_t nanoseconds)
{
	int64_t time;

	if (__builtin_mul_overflow(seconds, CLOCK_SECOND, &time) ||
	    __builtin_add_overflow(time, nanoseconds, &time))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return time;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/*
 * Days since 1970-01-01 of a date in the Gregorian calendar, and back. libc's
 * functions for this read the time zone's file first. Years begin in March
 * here, so that a leap day is the last of its year; an era is 400 years.
 */
static int64_t days_of_date(int64_t year, int month, int day)
{
	int64_t shifted = month > 2 ? year : year - 1;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t of_era = shifted - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day -
			  1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static void date_of_days(int64_t days, struct tm *out)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	out->tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1);
	out->tm_mon = (int)(month < 10 ? month + 3 : month - 9);
	out->tm_year = (int)(year + era * 400 + (out->tm_mon <= 2));
}

void clock_format(int64_t time, char out[static CLOCK_TEXT_MAX])
{
	int64_t nanoseconds = time % CLOCK_SECOND;
	int64_t seconds = time / CLOCK_SECOND;
	int64_t of_day;
	struct tm date = { 0 };
	int length;

	if (nanoseconds < 0) {
		nanoseconds += CLOCK_SECOND;
		seconds--;
	}
	of_day = seconds % 86400 < 0 ? seconds % 86400 + 86400
				     : seconds % 86400;
	date_of_days((seconds - of_day) / 86400, &date);
	length = snprintf(
		out, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%09d",
		date.tm_year, date.tm_mon, date.tm_mday, (int)(of_day / 3600),
		(int)(of_day / 60 % 60), (int)(of_day % 60), (int)nanoseconds);
	while (out[length - 1] == '0')
		length--;
	if (out[length - 1] == '.')
		length--;
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

	return parts->tm_mon > 0 && parts->tm_mon <= 12 && parts->tm_mday > 0 &&
	       parts->tm_mday <= days[parts->tm_mon - 1] &&
	       parts->tm_hour < 24 && parts->tm_min < 60 && parts->tm_sec <= 60;
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
	int64_t seconds;
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
	if (!is_in_range(&parts))
		goto invalid;
	seconds = days_of_date(parts.tm_year, parts.tm_mon, parts.tm_mday) *
			  86400 +
		  parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
	*out = join_seconds(seconds - zone, nanoseconds);
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

/* "1.5": VALUE in UNITs, none above a second, without trailing zeros. */
static void add_decimal(uint64_t value, uint64_t unit, const char *name,
			char *out, size_t size)
{
	char fraction[CLOCK_TEXT_MAX] = "";
	unsigned billionths = (unsigned)(value % unit * (CLOCK_SECOND / unit));

	if (billionths) {
		(void)snprintf(fraction, sizeof(fraction), ".%09u",
			       billionths); /* 11 bytes at most */
		for (size_t end = strlen(fraction); fraction[end - 1] == '0';)
			fraction[--end] = '\0';
	}
	(void)snprintf(out, size, "%llu%s%s",
		       (unsigned long long)(value / unit), fraction, name);
}

void clock_format_duration(int64_t duration, char out[static CLOCK_TEXT_MAX])
{
	uint64_t value = duration < 0 ? 0 - (uint64_t)duration
				      : (uint64_t)duration;
	uint64_t minutes = value / (60 * (uint64_t)CLOCK_SECOND);
	size_t at = 0;

	if (duration < 0)
		out[at++] = '-';
	if (!value) {
		(void)snprintf(out, CLOCK_TEXT_MAX, "0s");
	} else if (value < 1000) {
		add_decimal(value, 1, "ns", out + at, CLOCK_TEXT_MAX - at);
	} else if (value < 1000000) {
		add_decimal(value, 1000, "\302\265s", out + at,
			    CLOCK_TEXT_MAX - at);
	} else if (value < CLOCK_SECOND) {
		add_decimal(value, 1000000, "ms", out + at,
			    CLOCK_TEXT_MAX - at);
	} else {
		if (minutes >= 60)
			at += (size_t)snprintf(
				out + at, CLOCK_TEXT_MAX - at, "%lluh",
				(unsigned long long)(minutes / 60));
		if (minutes)
			at += (size_t)snprintf(
				out + at, CLOCK_TEXT_MAX - at, "%llum",
				(unsigned long long)(minutes % 60));
		add_decimal(value - minutes * 60 * (uint64_t)CLOCK_SECOND,
			    CLOCK_SECOND, "s", out + at, CLOCK_TEXT_MAX - at);
	}
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
