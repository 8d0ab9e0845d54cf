/* SPDX-License-Identifier: Apache-2.0 */
/* Go's "%.4g" rounds and switches to an exponent exactly as C's does. */
#include "cmd/units.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/term.h"
#include "base/utf8.h"

static void format_size(double size, double base, const char *const *names,
			int digits, char *out)
{
	size_t unit = 0;

	while (size >= base && names[unit + 1]) {
		size /= base;
		unit++;
	}
	(void)snprintf(out, UNITS_TEXT_MAX, "%.*g%s", digits, size,
		       names[unit]); /* never longer: 4 digits, 3 letters */
}

static const char *const decimal_names[] = { "B",  "kB", "MB", "GB", "TB",
					     "PB", "EB", "ZB", "YB", NULL };

void units_format_size(double bytes, char out[static UNITS_TEXT_MAX])
{
	format_size(bytes, 1000, decimal_names, 4, out);
}

void units_format_size3(double bytes, char out[static UNITS_TEXT_MAX])
{
	format_size(bytes, 1000, decimal_names, 3, out);
}

void units_format_binary(double bytes, char out[static UNITS_TEXT_MAX])
{
	static const char *const names[] = { "B",   "KiB", "MiB", "GiB", "TiB",
					     "PiB", "EiB", "ZiB", "YiB", NULL };

	format_size(bytes, 1024, names, 4, out);
}

enum {
	HOUR_SECONDS = 3600,
	DAY_HOURS = 24,
	WEEK_HOURS = 24 * 7,
	MONTH_HOURS = 24 * 30,
	YEAR_HOURS = 24 * 365
};

/* From an hour on; docker rounds to the nearest hour, but years are cut. */
static void format_hours(int64_t seconds, char *out)
{
	int64_t hours = (seconds + HOUR_SECONDS / 2) / HOUR_SECONDS;
	int64_t count = seconds / HOUR_SECONDS / YEAR_HOURS;
	const char *unit = "years";

	if (hours == 1) {
		(void)snprintf(out, UNITS_TEXT_MAX, "About an hour");
		return;
	}
	if (hours < 48) {
		count = hours;
		unit = "hours";
	} else if (hours < WEEK_HOURS * 2) {
		count = hours / DAY_HOURS;
		unit = "days";
	} else if (hours < MONTH_HOURS * 2) {
		count = hours / WEEK_HOURS;
		unit = "weeks";
	} else if (hours < YEAR_HOURS * 2) {
		count = hours / MONTH_HOURS;
		unit = "months";
	}
	(void)snprintf(out, UNITS_TEXT_MAX, "%lld %s", (long long)count, unit);
}

void units_format_age(int64_t nanoseconds, char out[static UNITS_TEXT_MAX])
{
	int64_t seconds = nanoseconds / CLOCK_SECOND;

	if (seconds < 1)
		(void)snprintf(out, UNITS_TEXT_MAX, "Less than a second");
	else if (seconds == 1)
		(void)snprintf(out, UNITS_TEXT_MAX, "1 second");
	else if (seconds < 60)
		(void)snprintf(out, UNITS_TEXT_MAX, "%d seconds", (int)seconds);
	else if (seconds < 120)
		(void)snprintf(out, UNITS_TEXT_MAX, "About a minute");
	else if (seconds < HOUR_SECONDS)
		(void)snprintf(out, UNITS_TEXT_MAX, "%d minutes",
			       (int)(seconds / 60));
	else
		format_hours(seconds, out);
}

char *units_short_id(const char *id)
{
	const char *colon = strchr(id, ':');

	if (colon)
		id = colon + 1;
	return xstrndup(id, strnlen(id, UNITS_SHORT_ID));
}

/* Cells that the rune of SIZE bytes at TEXT takes. */
static size_t rune_width(const char *text, size_t size)
{
	char rune[5] = { 0 };

	memcpy(rune, text, size);
	return term_columns(rune);
}

void units_ellipsis(const char *text, size_t columns, struct strbuf *out)
{
	size_t length = strlen(text);
	size_t width = 0, room = 0, size;
	uint32_t rune;

	for (size_t at = 0; at < length; at += size) {
		size = utf8_decode(text + at, length - at, &rune);
		width += rune_width(text + at, size);
		if (width <= columns - 1 || (columns == 1 && !at))
			room = at + size; /* fits beside the ellipsis */
		if (width > columns)
			break;
	}
	if (!columns)
		return;
	if (width <= columns) {
		strbuf_addstr(out, text);
		return;
	}
	strbuf_add(out, text, room);
	if (columns > 1)
		strbuf_addstr(out, "…");
}
