/* SPDX-License-Identifier: Apache-2.0 */
/* Every form that docker's --since and --until take. */
#include "cmd/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define S INT64_C(1000000000)

static const struct {
	const char *why;
	const char *text;
	int64_t expected; /* -1: an error */
} cases[] = {
	{ "duration back from now", "1h30m", 1000000 * S - 5400 * S },
	{ "duration ahead", "-10s", 1000010 * S },
	{ "Unix seconds", "1136073600", 1136073600 * S },
	{ "with nanoseconds", "1136073600.000000001", 1136073600 * S + 1 },
	{ "with a short fraction", "10.5", 10 * S + S / 2 },
	{ "zero is a time", "0", 0 },
	{ "RFC 3339", "2006-01-02T15:04:05Z", 1136214245 * S },
	{ "with an offset", "2006-01-02T15:04:05+01:00", 1136210645 * S },
	{ "with a fraction", "2006-01-02T15:04:05.25Z",
	  1136214245 * S + S / 4 },
	{ "local, which is two hours east here", "2006-01-02T15:04:05",
	  1136207045 * S },
	{ "local minutes", "2006-01-02T15:04", 1136207040 * S },
	{ "local hours", "2006-01-02T15", 1136206800 * S },
	{ "local day", "2006-01-02", 1136152800 * S },
	{ "day with a zone", "2006-01-02Z", 1136160000 * S },
	{ "minutes with a zone", "2006-01-02T15:04-07:00", 1136239440 * S },
	{ "no such month", "2006-13-02", -1 },
	{ "no such day", "2006-02-30", -1 },
	{ "no such hour", "2006-01-02T25:00", -1 },
	{ "rest", "2006-01-02x", -1 },
	{ "word", "yesterday", -1 },
	{ "empty", "", -1 },
	{ "unknown unit", "5x", -1 },
	{ "too large", "99999999999999", -1 },
	{ "point without digits", "10.", -1 },
};

static void test_timestamp__reads_dockers_forms(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "EET-2", 1), 0);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = ERROR_INIT;
		int64_t time = 0;
		int result = timestamp_parse(cases[i].text, 1000000 * S, &time,
					     &err);

		if (result < 0)
			time = -1;
		if (time != cases[i].expected)
			fail_msg("%s: %lld", cases[i].why, (long long)time);
		error_release(&err);
	}
}

static void test_timestamp__fails_in_dockers_words(void **state)
{
	struct error err = ERROR_INIT;
	int64_t time;

	(void)state;
	assert_int_equal(timestamp_parse("5x", 0, &time, &err), -1);
	assert_string_equal(err.msg, "failed to parse value as time or "
				     "duration: \"5x\"");
	error_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timestamp__reads_dockers_forms),
		cmocka_unit_test(test_timestamp__fails_in_dockers_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
