/* SPDX-License-Identifier: Apache-2.0 */
/* Growable strings and their ceiling. */
#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_strbuf__is_readable_before_anything_is_added(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_string_equal(sb.text, "");
	strbuf_add(&sb, NULL, 0);
	assert_string_equal(sb.text, "");
}

static void test_strbuf__grows_and_stays_terminated(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		strbuf_addch(&sb, 'x');
		assert_int_equal(sb.text[sb.length], '\0');
	}
	strbuf_addf(&sb, "%d-%s", 7, "y");
	strbuf_addstr(&sb, "!");
	assert_int_equal(sb.length, 10004);
	assert_string_equal(sb.text + 10000, "7-y!");
}

static void test_strbuf__formats_what_is_longer_than_its_scratch(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_INIT;

	(void)state;
	for (int width = 250; width < 260; width++) {
		strbuf_truncate(&sb, 0);
		strbuf_addf(&sb, "%*s", width, "z");
		assert_int_equal(sb.length, width);
		assert_int_equal(sb.text[width - 1], 'z');
	}
}

static void test_strbuf__keeps_its_ceiling(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_LIMIT(5);
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	strbuf_addstr(&sb, "abcde");
	assert_int_equal(strbuf_check(&sb, "token", &err), 0);
	strbuf_addstr(&sb, "f");
	strbuf_addch(&sb, 'g');
	assert_string_equal(sb.text, "abcde");
	assert_int_equal(strbuf_check(&sb, "token", &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	assert_string_equal(err.msg, "token is larger than 5 bytes");
	strbuf_release(&sb);
	assert_false(sb.overflow);
	assert_int_equal(sb.limit, 5);
}

static void test_strbuf__cuts_the_add_that_passes_the_ceiling(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_LIMIT(4);

	(void)state;
	strbuf_addf(&sb, "%s", "abcdef");
	assert_string_equal(sb.text, "abcd");
	assert_true(sb.overflow);
}

static void test_strbuf__truncate_only_shortens(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_truncate(&sb, 0); /* must not write the shared empty string */
	strbuf_addstr(&sb, "abc");
	strbuf_truncate(&sb, 9);
	assert_string_equal(sb.text, "abc");
	strbuf_truncate(&sb, 1);
	assert_string_equal(sb.text, "a");
}

static void test_strbuf__steal_starts_anew(void **state)
{
	autoclean(strbuf_release) struct strbuf sb = STRBUF_INIT;
	char *empty = strbuf_steal(&sb);
	char *full;

	(void)state;
	assert_string_equal(empty, "");
	strbuf_addstr(&sb, "abc");
	full = strbuf_steal(&sb);
	assert_string_equal(full, "abc");
	assert_string_equal(sb.text, "");
	free(empty);
	free(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_strbuf__is_readable_before_anything_is_added),
		cmocka_unit_test(test_strbuf__grows_and_stays_terminated),
		cmocka_unit_test(
			test_strbuf__formats_what_is_longer_than_its_scratch),
		cmocka_unit_test(test_strbuf__keeps_its_ceiling),
		cmocka_unit_test(
			test_strbuf__cuts_the_add_that_passes_the_ceiling),
		cmocka_unit_test(test_strbuf__truncate_only_shortens),
		cmocka_unit_test(test_strbuf__steal_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
