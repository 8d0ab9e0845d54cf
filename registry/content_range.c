/* SPDX-License-Identifier: Apache-2.0 */
/* [ "bytes" 1*SP ] first "-" last "/" ( total / "*" ) */
#include "registry/content_range.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* Read digits at *AT into OUT and step over them and the byte END. */
static bool read_number(const char **at, char end, uint64_t *out)
{
	const char *digit = *at;
	uint64_t value = 0;

	if (!isdigit((unsigned char)*digit))
		return false;
	for (; isdigit((unsigned char)*digit); digit++) {
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (unsigned)(*digit - '0'),
					   &value))
			return false;
	}
	if (*digit != end)
		return false;
	*at = end ? digit + 1 : digit;
	*out = value;
	return true;
}

int content_range_parse(const char *value, struct content_range *out)
{
	struct content_range range = { 0 };

	if (!value)
		return -1;
	if (!strncasecmp(value, "bytes", 5) &&
	    (value[5] == ' ' || value[5] == '='))
		value += 6;
	value += strspn(value, " ");
	if (!read_number(&value, '-', &range.first) ||
	    !read_number(&value, '/', &range.last) || range.last < range.first)
		return -1;
	if (strcmp(value, "*")) {
		range.has_total = true;
		if (!read_number(&value, '\0', &range.total) ||
		    range.last >= range.total)
			return -1;
	}
	*out = range;
	return 0;
}
