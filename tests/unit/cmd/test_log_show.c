/* SPDX-License-Identifier: Apache-2.0 */
/* What stands before a line. */
#include "cmd/front/log_show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define TIME (INT64_C(1767323045) * CLOCK_SECOND + 60)

static const struct {
	const char *why;
	struct log_show show;
	const char *text;
	bool is_line_start;
	int64_t time;
	const char *expected;
} cases[] = {
	{ "as it is", { 0 }, "a\n", true, TIME, "a\n" },
	{ "no newline is added", { 0 }, "a", true, TIME, "a" },
	{ "control bytes stay", { 0 }, "\033[1m\r", true, TIME, "\033[1m\r" },
	{ "nine digits",
	  { .has_time = true },
	  "a\n",
	  true,
	  TIME,
	  "2026-01-02T03:04:05.000000060Z a\n" },
	{ "before 1970",
	  { .has_time = true },
	  "a\n",
	  true,
	  -1,
	  "1969-12-31T23:59:59.999999999Z a\n" },
	{ "once a line",
	  { .has_time = true },
	  "rest\n",
	  false,
	  TIME,
	  "rest\n" },
	{ "details of nothing",
	  { .has_details = true },
	  "a\n",
	  true,
	  TIME,
	  " a\n" },
	{ "both",
	  { .has_time = true, .has_details = true },
	  "a\n",
	  true,
	  TIME,
	  "2026-01-02T03:04:05.000000060Z  a\n" },
};

static void test_log_show__what_stands_before_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
		struct log_entry entry = {
			.stream = 1,
			.time = cases[i].time,
			.text = cases[i].text,
			.length = strlen(cases[i].text),
			.is_line_start = cases[i].is_line_start,
		};

		log_show_format(&cases[i].show, &entry, &out);
		if (strcmp(out.text, cases[i].expected) != 0)
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(out.text, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_show__what_stands_before_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
