/* SPDX-License-Identifier: Apache-2.0 */
/* RE2's syntax over regcomp. */
#include "cmd/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *pattern;
	const char *text;
	int expected; /* -1: not valid */
} cases[] = {
	{ "", "x", 1 },
	{ "ab", "xaby", 1 },
	{ "^ab$", "xaby", 0 },
	{ "a.c", "abc", 1 },
	{ "a\\.c", "abc", 0 },
	{ "\\d{2,3}$", "x12", 1 },
	{ "^\\w+-\\w+$", "web-1", 1 },
	{ "^\\S+$", "a b", 0 },
	{ "[^\\d]", "123", 0 },
	{ "[\\w.-]+$", "a.b-c", 1 },
	{ "^[a\\-c]+$", "a-c", 1 },
	{ "^[a\\-c]+$", "b", 0 },
	{ "^[[:alpha:]]+$", "abc", 1 },
	{ "[]a]", "]", 1 },
	{ "(?:ab)+c", "ababc", 1 },
	{ "(a|b)?c", "c", 1 },
	{ "a+?b", "aab", 1 },
	{ "(?i)WEB", "my-web", 1 },
	{ "\\bweb\\b", "my web", 1 },
	{ "a{", "a{", 1 },
	{ "a}b]", "a}b]", 1 },
	{ "\\Aa\\z", "a", 1 },
	{ "\\t", "\t", 1 },
	{ "a|b", "b", 1 },
	{ "[", "[", -1 },
	{ "(", "(", -1 },
	{ ")", ")", -1 },
	{ "*", "*", -1 },
	{ "a**", "a", -1 },
	{ "a{2,1}", "a", -1 },
	{ "a{1001}", "a", -1 },
	{ "((a{100}){100})", "a", -1 },
	{ "\\q", "q", -1 },
	{ "a\\", "a", -1 },
	{ "(?P<n>a)", "a", -1 },
	{ "[[:nope:]]", "a", -1 },
};

static void test_regex__reads_go_expressions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = ERROR_INIT;
		bool found = false;
		int result = regex_search(cases[i].pattern, cases[i].text,
					  &found, &err);

		if ((result < 0 ? -1 : found) != cases[i].expected)
			fail_msg("%s in %s: %d", cases[i].pattern,
				 cases[i].text, result < 0 ? -1 : found);
		error_release(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regex__reads_go_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
