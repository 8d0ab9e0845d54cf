/* SPDX-License-Identifier: Apache-2.0 */
/* Now, or then. */
#include "cmd/source_date.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

int source_date(int64_t *out, struct error *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");

	*out = clock_now();
	return text && *text ? source_date_parse(text, out, err) : 0;
}

int source_date_parse(const char *text, int64_t *out, struct error *err)
{
	char *end = NULL;
	long long seconds;

	errno = 0;
	seconds = strtoll(text, &end, 10);
	if (errno || !*text || *end || seconds < 0 ||
	    seconds > INT64_MAX / CLOCK_SECOND)
		return error_set(err, ERROR_INVALID,
				 "SOURCE_DATE_EPOCH is no time: %s", text);
	*out = seconds * CLOCK_SECOND;
	return 0;
}
