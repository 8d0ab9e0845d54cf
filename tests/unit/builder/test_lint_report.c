/* SPDX-License-Identifier: Apache-2.0 */
/* Names, addresses and the order of findings. */
#include "builder/language/lint_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_lint_report__names_go_both_ways(void **state)
{
	(void)state;
	for (int i = 1; i < LINT_COUNT; i++) {
		enum lint_rule rule = (enum lint_rule)i;

		assert_int_equal(lint_rule_from_name(lint_rule_name(rule)),
				 rule);
	}
	assert_int_equal(lint_rule_from_name("undefinedvar"),
			 LINT_UNDEFINED_VAR);
	assert_int_equal(lint_rule_from_name("Nothing"), LINT_NONE);
	assert_int_equal(lint_rule_from_name(""), LINT_NONE);
}

static void test_lint_report__pages(void **state)
{
	static const struct {
		enum lint_rule rule;
		const char *page;
	} rows[] = {
		{ LINT_STAGE_NAME_CASING, "stage-name-casing" },
		{ LINT_JSON_ARGS_RECOMMENDED, "json-args-recommended" },
		{ LINT_SECRETS_USED_IN_ARG_OR_ENV,
		  "secrets-used-in-arg-or-env" },
		{ LINT_FROM_AS_CASING, "from-as-casing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autofree char *url = lint_rule_url(rows[i].rule);
		char expected[128];

		(void)snprintf(expected, sizeof(expected),
			       "https://docs.docker.com/go/dockerfile/rule/%s/",
			       rows[i].page);
		assert_string_equal(url, expected);
	}
}

static void test_lint_report__sorts_by_line(void **state)
{
	static const unsigned lines[] = { 3, 1, 3, 2, 1 };
	static const char order[] = "bedac"; /* of a to e, as found */
	struct directives directives = DIRECTIVES_INIT;
	autoclean(lint_report_release) struct lint_report report = {
		.directives = NULL
	};

	(void)state;
	lint_report_init(&report, &directives);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct instruction at = { .first_line = lines[i] };

		lint_report_add(&report, LINT_UNDEFINED_VAR, &at, "%c",
				(char)('a' + (int)i));
	}
	lint_report_sort(&report);
	assert_int_equal(report.count, 5);
	for (size_t i = 0; i < report.count; i++)
		assert_int_equal(report.items[i].message[0], order[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lint_report__names_go_both_ways),
		cmocka_unit_test(test_lint_report__pages),
		cmocka_unit_test(test_lint_report__sorts_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
