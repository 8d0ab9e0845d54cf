/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations come from Go's time package. */
#include "cmd/front/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

static const struct {
	const char *why;
	const char *zone;
	int64_t seconds;
	const char *local;
	const char *rfc3339;
} cases[] = {
	{ "UTC", "UTC", 1767323045, "2026-01-02 03:04:05 +0000 UTC",
	  "2026-01-02T03:04:05Z" },
	{ "east", "CET-1", 1767323045, "2026-01-02 04:04:05 +0100 CET",
	  "2026-01-02T04:04:05+01:00" },
	{ "west, half an hour", "NST3:30", 1767323045,
	  "2026-01-01 23:34:05 -0330 NST", "2026-01-01T23:34:05-03:30" },
	{ "the beginning", "UTC", 0, "1970-01-01 00:00:00 +0000 UTC",
	  "1970-01-01T00:00:00Z" },
	{ "before it", "UTC", -1, "1969-12-31 23:59:59 +0000 UTC",
	  "1969-12-31T23:59:59Z" },
};

static void test_moment__prints_as_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[MOMENT_TEXT_MAX];

		assert_int_equal(setenv("TZ", cases[i].zone, 1), 0);
		tzset();
		moment_format_local(cases[i].seconds * CLOCK_SECOND, text);
		assert_string_equal(text, cases[i].local);
		moment_format_rfc3339(cases[i].seconds * CLOCK_SECOND, text);
		assert_string_equal(text, cases[i].rfc3339);
	}
}

static void test_moment__fractions_do_not_round_up(void **state)
{
	char text[MOMENT_TEXT_MAX];

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	moment_format_rfc3339(CLOCK_SECOND - 1, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	moment_format_rfc3339(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
}

static void test_moment__tells_how_long_ago(void **state)
{
	char text[MOMENT_TEXT_MAX];

	(void)state;
	moment_format_ago(0, 5 * CLOCK_SECOND, text);
	assert_string_equal(text, "5 seconds ago");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moment__prints_as_go),
		cmocka_unit_test(test_moment__fractions_do_not_round_up),
		cmocka_unit_test(test_moment__tells_how_long_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
