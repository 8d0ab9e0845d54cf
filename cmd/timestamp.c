/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grammar, after moby's GetTimestamp:
 *   time = duration | digits [ "." digits ] | date [ clock ] [ zone ]
 *   date = YYYY-MM-DD    clock = "T" HH [ ":" MM [ ":" SS [ "." digits ] ] ]
 *   zone = "Z" | ("+"|"-") HH ":" MM
 */
#include "cmd/timestamp.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cmd/quote.h"

struct cursor {
	const char *at;
	bool is_bad;
};

/* COUNT digits between MIN and MAX. */
static int read_number(struct cursor *in, int count, int min, int max)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)*in->at)) {
			in->is_bad = true;
			return min;
		}
		value = value * 10 + (*in->at++ - '0');
	}
	if (value < min || value > max)
		in->is_bad = true;
	return value;
}

static bool take(struct cursor *in, char mark)
{
	if (*in->at != mark)
		return false;
	in->at++;
	return true;
}

static void need(struct cursor *in, char mark)
{
	if (!take(in, mark))
		in->is_bad = true;
}

/* Nanoseconds after a point; what is finer is cut. */
static int64_t read_fraction(struct cursor *in)
{
	int64_t scale = CLOCK_SECOND, value = 0;

	if (!isdigit((unsigned char)*in->at))
		in->is_bad = true;
	for (; isdigit((unsigned char)*in->at); in->at++) {
		scale /= 10;
		value += (*in->at - '0') * scale;
	}
	return value;
}

static void read_clock(struct cursor *in, struct tm *tm, int64_t *fraction)
{
	tm->tm_hour = read_number(in, 2, 0, 23);
	if (!take(in, ':'))
		return;
	tm->tm_min = read_number(in, 2, 0, 59);
	if (!take(in, ':'))
		return;
	tm->tm_sec = read_number(in, 2, 0, 59);
	if (take(in, '.'))
		*fraction = read_fraction(in);
}

/* Seconds east of Greenwich. */
static int read_zone(struct cursor *in)
{
	int sign, seconds;

	if (take(in, 'Z') || take(in, 'z'))
		return 0;
	sign = *in->at == '-' ? -1 : 1;
	if (!take(in, '-'))
		need(in, '+');
	seconds = read_number(in, 2, 0, 24) * 3600;
	need(in, ':');
	return sign * (seconds + read_number(in, 2, 0, 59) * 60);
}

/* Whether the day exists: timegm would make another one of it. */
static bool is_real_day(struct tm tm)
{
	int day = tm.tm_mday, month = tm.tm_mon;

	(void)timegm(&tm); /* corrects its copy */
	return tm.tm_mday == day && tm.tm_mon == month;
}

static bool parse_date(const char *text, int64_t *out)
{
	struct cursor in = { text, false };
	struct tm tm = { .tm_isdst = -1 };
	int64_t fraction = 0, seconds;

	tm.tm_year = read_number(&in, 4, 1, 2261) - 1900;
	need(&in, '-');
	tm.tm_mon = read_number(&in, 2, 1, 12) - 1;
	need(&in, '-');
	tm.tm_mday = read_number(&in, 2, 1, 31);
	if (in.is_bad || !is_real_day(tm))
		return false;
	if (take(&in, 'T'))
		read_clock(&in, &tm, &fraction);
	if (in.is_bad)
		return false;
	if (*in.at) {
		int zone = read_zone(&in);

		seconds = (int64_t)timegm(&tm) - zone;
	} else {
		seconds = (int64_t)mktime(&tm);
	}
	if (in.is_bad || *in.at ||
	    __builtin_mul_overflow(seconds, CLOCK_SECOND, &seconds))
		return false;
	*out = seconds + fraction;
	return true;
}

static bool parse_unix(const char *text, int64_t *out)
{
	struct cursor in = { text, false };
	int64_t seconds = 0, fraction = 0;

	if (!isdigit((unsigned char)*in.at))
		return false;
	for (; isdigit((unsigned char)*in.at); in.at++) {
		seconds = seconds * 10 + (*in.at - '0');
		if (seconds > INT64_MAX / CLOCK_SECOND - 1)
			return false;
	}
	if (take(&in, '.'))
		fraction = read_fraction(&in);
	if (in.is_bad || *in.at)
		return false;
	*out = seconds * CLOCK_SECOND + fraction;
	return true;
}

int timestamp_parse(const char *text, int64_t now, int64_t *out,
		    struct error *err)
{
	struct error why = ERROR_INIT;
	struct strbuf quoted = STRBUF_LIMIT(400);
	int64_t duration;

	if (strcmp(text, "0") &&
	    clock_parse_duration(text, &duration, &why) == 0) {
		if (__builtin_sub_overflow(now, duration, out))
			*out = duration > 0 ? 0 : INT64_MAX;
		return 0;
	}
	error_release(&why);
	if (parse_date(text, out) || parse_unix(text, out))
		return 0;
	quote_format(text, strnlen(text, 80), &quoted);
	(void)error_set(err, ERROR_INVALID,
			"failed to parse value as time or duration: %s",
			quoted.text); /* -1 below */
	strbuf_release(&quoted);
	return -1;
}
