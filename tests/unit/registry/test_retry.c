/* SPDX-License-Identifier: Apache-2.0 */
/* What is repeated, how often, after how long. */
#include "registry/http/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_retry__statuses(void **state)
{
	static const struct {
		long status;
		bool expected;
		const char *why;
	} rows[] = {
		{ 200, false, "success" },
		{ 400, false, "our fault stays our fault" },
		{ 401, false, "credentials, handled apart" },
		{ 404, false, "not there" },
		{ 408, true, "request timeout" },
		{ 425, true, "too early" },
		{ 429, true, "rate limit" },
		{ 500, true, "server error" },
		{ 501, false, "a missing feature stays missing" },
		{ 502, true, "bad gateway" },
		{ 503, true, "unavailable" },
		{ 504, true, "gateway timeout" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (retry_is_status(rows[i].status) != rows[i].expected)
			fail_msg("%s", rows[i].why);
	}
}

static void test_retry__after_header(void **state)
{
	const time_t now = 1445412480; /* Wed, 21 Oct 2015 07:28:00 GMT */
	static const struct {
		const char *value;
		int64_t expected;
		const char *why;
	} rows[] = {
		{ "0", 0, "at once" },
		{ "7", 7000, "seconds" },
		{ " 7 ", 7000, "blanks around" },
		{ "99999999999999999999", 86400000, "absurd saturates" },
		{ "Wed, 21 Oct 2015 07:28:05 GMT", 5000, "IMF date" },
		{ "Wednesday, 21-Oct-15 07:28:05 GMT", 5000, "RFC 850 date" },
		{ "Wed, 21 Oct 2015 07:27:00 GMT", 0, "date gone by" },
		{ "soon", RETRY_UNKNOWN, "no number, no date" },
		{ "7 days", RETRY_UNKNOWN, "trailing words" },
		{ "-7", RETRY_UNKNOWN, "negative" },
		{ "", RETRY_UNKNOWN, "empty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t got = retry_after_parse(rows[i].value, now);

		if (got != rows[i].expected)
			fail_msg("%s: \"%s\" gave %lld", rows[i].why,
				 rows[i].value, (long long)got);
	}
}

static void test_retry__after_in_text(void **state)
{
	static const struct {
		const char *text;
		int64_t expected;
		const char *why;
	} rows[] = {
		{ "retry-after: 985.86\xc2\xb5s, allowed: 44000/minute", 0,
		  "GHCR's microseconds" },
		{ "{\"m\":\"Retry-After: 3s\"}", 3000, "seconds in JSON" },
		{ "retry-after: 4, x", 4000, "bare number" },
		{ "come back later", RETRY_UNKNOWN, "nothing said" },
		{ "retry-after:", RETRY_UNKNOWN, "no value" },
		{ "retry-after: "
		  "0000000000000000000000000000000000000000000001s",
		  RETRY_UNKNOWN, "too long to be one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t got = retry_after_find(rows[i].text);

		if (got != rows[i].expected)
			fail_msg("%s: gave %lld", rows[i].why, (long long)got);
	}
}

static void test_retry__gives_up_after_fruitless_attempts(void **state)
{
	struct retry retry = { .limit = 5 };

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(retry_again(&retry, 0));
	assert_false(retry_again(&retry, RETRY_PROGRESS - 1));
}

static void test_retry__progress_starts_the_count_afresh(void **state)
{
	struct retry retry = { .limit = 2 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(retry_again(&retry, RETRY_PROGRESS));
		assert_int_equal(retry_pause(&retry, 1000, RETRY_UNKNOWN, 7),
				 0);
	}
	assert_true(retry_again(&retry, 0));
	assert_false(retry_again(&retry, 0));
}

static void test_retry__pauses(void **state)
{
	static const struct {
		unsigned failures;
		int64_t after;
		uint32_t chance;
		unsigned low, high;
		const char *why;
	} rows[] = {
		{ 1, RETRY_UNKNOWN, 0, 500, 500, "least of the first" },
		{ 1, RETRY_UNKNOWN, 1000, 1000, 1000, "most of the first" },
		{ 3, RETRY_UNKNOWN, 1000, 4000, 4000, "doubled twice" },
		{ 40, RETRY_UNKNOWN, 1000, 60000, 60000, "never over 60 s" },
		{ 1, 0, 0, 1000, 1000, "at least a second when asked" },
		{ 1, 5000, 0, 5000, 5000, "as asked" },
		{ 1, 5000, 99, 5000, 5500, "a little later than asked" },
		{ 1, 86400000, 0, 60000, 60000, "asked for a day" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct retry retry = { .limit = 50,
				       .failures = rows[i].failures };
		unsigned got = retry_pause(&retry, RETRY_BASE_MS, rows[i].after,
					   rows[i].chance);

		if (got < rows[i].low || got > rows[i].high)
			fail_msg("%s: %u ms", rows[i].why, got);
	}
}

static bool always(void *context)
{
	(void)context;
	return true;
}

static void test_retry__wait_can_be_interrupted(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(retry_wait(3600 * 1000, always, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	error_release(&err);
	assert_int_equal(retry_wait(0, always, NULL, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry__statuses),
		cmocka_unit_test(test_retry__after_header),
		cmocka_unit_test(test_retry__after_in_text),
		cmocka_unit_test(test_retry__gives_up_after_fruitless_attempts),
		cmocka_unit_test(test_retry__progress_starts_the_count_afresh),
		cmocka_unit_test(test_retry__pauses),
		cmocka_unit_test(test_retry__wait_can_be_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
