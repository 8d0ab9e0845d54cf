/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest known word. */
#include "builder/language/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const char *const known[] = { "RUN",	   "COPY",    "FROM",
				     "ENTRYPOINT", "--chown", "--chmod" };

static void test_suggest__finds(void **state)
{
	static const struct {
		const char *word, *near, *why;
	} rows[] = {
		{ "RUNN", "RUN", "one too many" },
		{ "RU", "RUN", "one missing" },
		{ "rnu", "RUN", "swapped, in lower case" },
		{ "FORM", "FROM", "swapped" },
		{ "CPOY", "COPY", "swapped within" },
		{ "ENTRIPOINTS", "ENTRYPOINT", "two in a long word" },
		{ "--chmodd", "--chmod", "the nearer of two" },
		{ "--chwn", "--chown", "the nearer of two, again" },
		{ "EXPOSE", NULL, "nothing near" },
		{ "R", NULL, "too short" },
		{ "RABC", NULL, "too far" },
		{ "", NULL, "nothing" },
		{ "RUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUN", NULL, "too long" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *near = suggest_find(rows[i].word, known,
						COUNT_OF(known));

		if ((near != NULL) != (rows[i].near != NULL) ||
		    (near && strcmp(near, rows[i].near) != 0))
			fail_msg("%s: %s", rows[i].why,
				 near ? near : "nothing");
	}
}

static void test_suggest__appends(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	(void)error_set(&err, ERROR_NOT_FOUND, "no FROMM");
	assert_int_equal(suggest_append("FROMM", known, COUNT_OF(known), &err),
			 -1);
	assert_string_equal(err.msg, "no FROMM (did you mean FROM?)");
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	(void)error_set(&err, ERROR_INVALID, "no X");
	assert_int_equal(suggest_append("X", known, COUNT_OF(known), &err), -1);
	assert_string_equal(err.msg, "no X");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suggest__finds),
		cmocka_unit_test(test_suggest__appends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
