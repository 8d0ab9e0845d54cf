/* SPDX-License-Identifier: Apache-2.0 */
/* Parser directives. */
#include "builder/language/directives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Reads up to three lines; how many were directives, or -1. */
static int read_lines(const char *const *lines, struct directives *out,
		      struct error *err)
{
	int count = 0;

	for (unsigned i = 0; i < 3 && lines[i]; i++) {
		bool is;

		if (directives_read(out, lines[i], strlen(lines[i]), i + 1, &is,
				    err) < 0)
			return -1;
		count += is;
	}
	return count;
}

static const struct {
	const char *lines[3];
	int directives; /* -1: refused */
	char escape;
	const char *syntax;
	const char *why;
} rows[] = {
	{ { "# syntax=a/b:1" }, 1, '\\', "a/b:1", "syntax" },
	{ { "#syntax=a" }, 1, '\\', "a", "no blank" },
	{ { "#  SynTax \t=  a b  " }, 1, '\\', "a b", "blanks and case" },
	{ { "# escape=`" }, 1, '`', NULL, "escape" },
	{ { "# escape=\\" }, 1, '\\', NULL, "the usual escape" },
	{ { "# syntax=a", "# escape=`" }, 2, '`', "a", "two" },
	{ { "# escape=`", "# check=skip=all", "#syntax=x" },
	  3,
	  '`',
	  "x",
	  "three" },
	{ { "# about", "# escape=`" }, 0, '\\', NULL, "behind a comment" },
	{ { "", "# escape=`" }, 0, '\\', NULL, "behind a blank line" },
	{ { "FROM a", "# escape=`" }, 0, '\\', NULL, "behind FROM" },
	{ { "# other=x", "# escape=`" }, 0, '\\', NULL, "behind an unknown" },
	{ { "# escape=" }, 0, '\\', NULL, "no value" },
	{ { "# es cape=`" }, 0, '\\', NULL, "two words" },
	{ { "# =`" }, 0, '\\', NULL, "no name" },
	{ { "escape=`" }, 0, '\\', NULL, "no comment" },
	{ { "## escape=`" }, 0, '\\', NULL, "two signs" },
	{ { "# syntax=a=b" }, 1, '\\', "a=b", "the first sign parts" },
	{ { "# escape=x" }, -1, 0, NULL, "another escape" },
	{ { "# escape=``" }, -1, 0, NULL, "two escapes" },
	{ { "# escape=`", "# escape=`" }, -1, 0, NULL, "escape twice" },
	{ { "# syntax=a", "# SYNTAX=a" }, -1, 0, NULL, "syntax twice" },
	{ { "# check=skip=all", "# check=skip=all" },
	  -1,
	  0,
	  NULL,
	  "check twice" },
	{ { "# check=no" }, -1, 0, NULL, "a check that is none" },
};

static void test_directives__read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(directives_release) struct directives directives =
			DIRECTIVES_INIT;
		int count = read_lines(rows[i].lines, &directives, &err);

		if (count != rows[i].directives)
			fail_msg("%s: %d", rows[i].why, count);
		if (count < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		if (directives.escape != rows[i].escape)
			fail_msg("%s: %c", rows[i].why, directives.escape);
		if ((directives.syntax != NULL) != (rows[i].syntax != NULL) ||
		    (rows[i].syntax &&
		     strcmp(directives.syntax, rows[i].syntax) != 0))
			fail_msg("%s: %s", rows[i].why, directives.syntax);
	}
}

static const struct {
	const char *value;
	const char *skip; /* NULL: refused */
	bool all, error;
	const char *why;
} checks[] = {
	{ "skip=A", "A", false, false, "one rule" },
	{ "skip=A, B,", "A,B", false, false, "two" },
	{ "skip=all", "", true, false, "all" },
	{ "error=true", "", false, true, "error" },
	{ "error=FALSE", "", false, false, "no error" },
	{ "skip=A;error=true", "A", false, true, "both" },
	{ " error = true ; skip = B ;", "B", false, true, "turned, blanks" },
	{ "", "", false, false, "nothing" },
	{ "skip=", "", false, false, "nothing to skip" },
	{ "error=1", "", false, true, "as Go reads it" },
	{ "experimental=A;skip=B", "B", false, false, "experimental" },
	{ "error=maybe", NULL, false, false, "no boolean" },
	{ "skip", NULL, false, false, "no value" },
	{ "keep=A", NULL, false, false, "no such option" },
};

static void test_directives__check(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(directives_release) struct directives directives =
			DIRECTIVES_INIT;
		char joined[64] = "";

		if (directives_read_check(&directives, checks[i].value, &err) <
		    0) {
			if (checks[i].skip)
				fail_msg("%s: %s", checks[i].why, err.msg);
			continue;
		}
		for (size_t j = 0; j < directives.check_skip.count; j++)
			(void)snprintf(joined + strlen(joined),
				       sizeof(joined) - strlen(joined), "%s%s",
				       j ? "," : "",
				       directives.check_skip.items[j]);
		if (!checks[i].skip || strcmp(joined, checks[i].skip) != 0 ||
		    directives.check_skip_all != checks[i].all ||
		    directives.check_error != checks[i].error)
			fail_msg("%s: %s", checks[i].why, joined);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directives__read),
		cmocka_unit_test(test_directives__check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
