/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 and Go durations. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	const char *again; /* NULL: refused */
	const char *why;
} times[] = {
	{ "2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z", "plain" },
	{ "2024-02-29T12:34:56.120Z", "2024-02-29T12:34:56.12Z",
	  "trailing zeros go" },
	{ "2024-02-29T12:34:56.123456789+02:30",
	  "2024-02-29T10:04:56.123456789Z", "an offset" },
	{ "2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z",
	  "an offset over the year's end" },
	{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "the epoch" },
	{ "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z",
	  "before the epoch" },
	{ "0001-01-01T00:00:00Z", "1677-09-21T00:12:43.145224192Z",
	  "Go's zero time is clamped" },
	{ "2024-02-29t12:34:56z", "2024-02-29T12:34:56Z", "lower case" },
	{ "2024-02-29 12:34:56Z", "2024-02-29T12:34:56Z", "a blank" },
	{ "2024-13-01T00:00:00Z", NULL, "month 13" },
	{ "2024-00-01T00:00:00Z", NULL, "month 0" },
	{ "2024-04-32T00:00:00Z", NULL, "day 32" },
	{ "2024-04-01T24:00:00Z", NULL, "hour 24" },
	{ "2024-04-01T00:60:00Z", NULL, "minute 60" },
	{ "2024-04-01T00:00:00", NULL, "no zone" },
	{ "2024-04-01T00:00:00Zx", NULL, "something behind" },
	{ "2024-04-01T00:00:00.Z", NULL, "no fraction digits" },
	{ "2024-04-01", NULL, "no time" },
	{ "24-04-01T00:00:00Z", NULL, "a short year" },
	{ "2024-04-01T00:00:00+24:00", NULL, "an offset of a day" },
	{ "", NULL, "nothing" },
};

static void test_clock__reads_and_writes_rfc3339(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		char text[CLOCK_TEXT_MAX];
		int64_t time = 0;

		if (clock_parse(times[i].text, &time, &err) < 0) {
			if (times[i].again)
				fail_msg("%s: %s", times[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		if (!times[i].again)
			fail_msg("%s was accepted", times[i].why);
		clock_format(time, text);
		if (strcmp(text, times[i].again) != 0)
			fail_msg("%s: %s", times[i].why, text);
	}
}

static const struct {
	const char *text;
	int64_t nanoseconds; /* -1: refused */
	const char *why;
} durations[] = {
	{ "0", 0, "zero needs no unit" },
	{ "1h30m", 5400 * CLOCK_SECOND, "two parts" },
	{ "1.5h", 5400 * CLOCK_SECOND, "a fraction" },
	{ ".5s", CLOCK_SECOND / 2, "no digit before the point" },
	{ "500ms", CLOCK_SECOND / 2, "milliseconds" },
	{ "3us", 3000, "microseconds" },
	{ "3\xc2\xb5s", 3000, "a micro sign" },
	{ "3\xce\xbcs", 3000, "a mu" },
	{ "7ns", 7, "nanoseconds" },
	{ "+2m", 120 * CLOCK_SECOND, "a sign" },
	{ "5", -1, "no unit" },
	{ "s", -1, "no number" },
	{ ".s", -1, "only a point" },
	{ "1d", -1, "no such unit" },
	{ "1h 1m", -1, "a blank" },
	{ "", -1, "nothing" },
	{ "-", -1, "only a sign" },
	{ "9999999h", -1, "more than 64 bits hold" },
	{ "1e3s", -1, "an exponent" },
};

static const struct {
	const char *why;
	int64_t nanoseconds;
	const char *text;
} formatted[] = {
	{ "none", 0, "0s" },
	{ "seconds", 30 * CLOCK_SECOND, "30s" },
	{ "a fraction", 1500 * INT64_C(1000000), "1.5s" },
	{ "milliseconds", 250 * INT64_C(1000000), "250ms" },
	{ "microseconds", 1500, "1.5\302\265s" },
	{ "nanoseconds", 7, "7ns" },
	{ "minutes", 90 * CLOCK_SECOND, "1m30s" },
	{ "hours", 3600 * CLOCK_SECOND, "1h0m0s" },
	{ "the past", -CLOCK_SECOND, "-1s" },
	{ "all digits", 1000000001, "1.000000001s" },
};

static void test_clock__writes_durations(void **state)
{
	char text[CLOCK_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(formatted) / sizeof(*formatted); i++) {
		clock_format_duration(formatted[i].nanoseconds, text);
		if (strcmp(text, formatted[i].text) != 0)
			fail_msg("%s: %s", formatted[i].why, text);
	}
}

static void test_clock__reads_durations(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	int64_t got = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		int result = clock_parse_duration(durations[i].text, &got,
						  &err);

		if ((result < 0) != (durations[i].nanoseconds < 0))
			fail_msg("%s", durations[i].why);
		if (result == 0 && got != durations[i].nanoseconds)
			fail_msg("%s: %lld", durations[i].why, (long long)got);
	}
	assert_int_equal(clock_parse_duration("-1m", &got, &err), 0);
	assert_true(got == -60 * CLOCK_SECOND);
}

static const struct {
	int64_t seconds, nanoseconds, time;
} joined[] = {
	{ 0, 0, 0 },
	{ 1, 5, 1000000005 },
	{ -1, 5, -999999995 },
	{ 9223372036, 854775807, INT64_MAX },
	{ 9223372036, 854775808, INT64_MAX },
	{ 9223372037, 0, INT64_MAX },
	{ INT64_MAX, 0, INT64_MAX },
	{ -9223372037, 0, INT64_MIN },
	{ INT64_MIN, 999999999, INT64_MIN },
};

static void test_clock__joins_what_fits_and_the_nearest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(joined) / sizeof(*joined); i++)
		assert_int_equal(
			clock_join(joined[i].seconds, joined[i].nanoseconds),
			joined[i].time);
}

static void test_clock__monotonic_does_not_go_back(void **state)
{
	int64_t before = clock_monotonic();

	(void)state;
	assert_true(clock_monotonic() >= before);
	assert_true(clock_now() > INT64_C(1600000000) * CLOCK_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock__reads_and_writes_rfc3339),
		cmocka_unit_test(test_clock__reads_durations),
		cmocka_unit_test(test_clock__writes_durations),
		cmocka_unit_test(test_clock__joins_what_fits_and_the_nearest),
		cmocka_unit_test(test_clock__monotonic_does_not_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
