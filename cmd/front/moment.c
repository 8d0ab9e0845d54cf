/* SPDX-License-Identifier: Apache-2.0 */
/* Times for people. */
#include "cmd/front/moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

void moment_format_ago(int64_t time, int64_t now,
		       char out[static MOMENT_TEXT_MAX])
{
	char age[UNITS_TEXT_MAX];

	units_format_age(now - time, age);
	(void)snprintf(out, MOMENT_TEXT_MAX, "%s ago", age);
}

static void split(int64_t time, struct tm *out)
{
	time_t seconds = time / CLOCK_SECOND - (time % CLOCK_SECOND < 0);

	if (!localtime_r(&seconds, out))
		*out = (struct tm){ .tm_year = 70, .tm_mday = 1 };
}

void moment_format_local(int64_t time, char out[static MOMENT_TEXT_MAX])
{
	struct tm when;
	const char *zone;

	split(time, &when);
	zone = when.tm_zone ? when.tm_zone : "UTC";
	/* fails only when the text would not fit */
	if (!strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%d %H:%M:%S %z ", &when))
		out[0] = '\0';
	if (strlen(out) + strlen(zone) < MOMENT_TEXT_MAX)
		(void)snprintf(out + strlen(out), MOMENT_TEXT_MAX - strlen(out),
			       "%s", when.tm_zone);
}

void moment_format_rfc3339(int64_t time, char out[static MOMENT_TEXT_MAX])
{
	struct tm when;
	char offset[MOMENT_TEXT_MAX];

	split(time, &when);
	if (!strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &when) ||
	    !strftime(offset, sizeof(offset), "%z", &when)) /* +hhmm */
		out[0] = offset[0] = '\0';
	if (!when.tm_gmtoff) {
		(void)snprintf(out + strlen(out), MOMENT_TEXT_MAX - strlen(out),
			       "Z");
		return;
	}
	(void)snprintf(out + strlen(out), MOMENT_TEXT_MAX - strlen(out),
		       "%.3s:%.2s", offset, offset + (*offset ? 3 : 0));
}
