/* SPDX-License-Identifier: Apache-2.0 */
/* How failures are made, wrapped and moved. */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_error__set_returns_minus_one_and_formats(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_set(&err, ERROR_CORRUPT, "size %d", 3), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
	assert_int_equal(err.sys, 0);
	assert_string_equal(err.msg, "size 3");
}

static void test_error__set_may_use_the_old_message(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	(void)error_sys(&err, ENOENT, "open a");
	(void)error_set(&err, ERROR_INVALID, "while reading: %s", err.msg);
	assert_string_equal(err.msg,
			    "while reading: open a: No such file or directory");
	assert_int_equal(err.sys, 0);
}

static void test_error__wrap_prepends_and_keeps_the_kind(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	(void)error_sys(&err, EACCES, "open %s", "b");
	assert_int_equal(error_wrap(&err, "layer %s", "x"), -1);
	assert_int_equal(error_wrap(&err, "image %s", "y"), -1);
	assert_string_equal(err.msg,
			    "image y: layer x: open b: Permission denied");
	assert_int_equal(err.kind, ERROR_DENIED);
	assert_int_equal(err.sys, EACCES);
}

static void test_error__wrap_of_nothing_is_still_an_error(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	(void)error_wrap(&err, "here");
	assert_int_equal(err.kind, ERROR_SYSTEM);
	assert_string_equal(err.msg, "here: failed");
}

static void test_error__a_long_message_is_kept_whole(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	char text[5000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	(void)error_set(&err, ERROR_INVALID, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(text) - 1);
}

static void test_error__errno_gives_the_kind(void **state)
{
	static const struct {
		int sys;
		enum error_kind kind;
	} rows[] = {
		{ ENOENT, ERROR_NOT_FOUND },   { EEXIST, ERROR_EXISTS },
		{ EBUSY, ERROR_BUSY },	       { EPERM, ERROR_DENIED },
		{ ENOSYS, ERROR_UNSUPPORTED }, { EINTR, ERROR_INTERRUPTED },
		{ ENOSPC, ERROR_SYSTEM },      { EIO, ERROR_SYSTEM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(error_kind_of_errno(rows[i].sys),
				 rows[i].kind);
}

static void test_error__every_kind_has_a_name(void **state)
{
	(void)state;
	for (int kind = ERROR_NONE; kind <= ERROR_SYSTEM; kind++)
		assert_string_not_equal(error_kind_name((enum error_kind)kind),
					"unknown");
}

static void test_error__move_leaves_the_source_empty(void **state)
{
	autoclean(error_release) struct error from = ERROR_INIT;
	autoclean(error_release) struct error to = ERROR_INIT;

	(void)state;
	(void)error_set(&from, ERROR_BUSY, "new");
	(void)error_set(&to, ERROR_INVALID, "old");
	error_move(&to, &from);
	assert_string_equal(to.msg, "new");
	assert_int_equal(from.kind, ERROR_NONE);
	assert_null(from.msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error__set_returns_minus_one_and_formats),
		cmocka_unit_test(test_error__set_may_use_the_old_message),
		cmocka_unit_test(test_error__wrap_prepends_and_keeps_the_kind),
		cmocka_unit_test(test_error__wrap_of_nothing_is_still_an_error),
		cmocka_unit_test(test_error__a_long_message_is_kept_whole),
		cmocka_unit_test(test_error__errno_gives_the_kind),
		cmocka_unit_test(test_error__every_kind_has_a_name),
		cmocka_unit_test(test_error__move_leaves_the_source_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
