/* SPDX-License-Identifier: Apache-2.0 */
/* Owned arrays of strings. */
#include "base/strvec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_strvec__is_always_terminated(void **state)
{
	autoclean(strvec_release) struct strvec vec = STRVEC_INIT;

	(void)state;
	assert_non_null(strvec_array(&vec));
	assert_null(strvec_array(&vec)[0]);
	for (size_t i = 0; i < 100; i++) {
		strvec_addf(&vec, "%zu", i);
		assert_int_equal(vec.count, i + 1);
		assert_null(vec.items[vec.count]);
	}
	assert_string_equal(vec.items[99], "99");
}

static void test_strvec__remove_keeps_the_order(void **state)
{
	autoclean(strvec_release) struct strvec vec = STRVEC_INIT;
	char *const items[] = { (char[]){ "a" }, (char[]){ "b" },
				(char[]){ "c" } };

	(void)state;
	strvec_extend(&vec, items, 3);
	strvec_remove(&vec, 1);
	assert_int_equal(vec.count, 2);
	assert_string_equal(vec.items[0], "a");
	assert_string_equal(vec.items[1], "c");
	assert_null(vec.items[2]);
	strvec_remove(&vec, 1);
	strvec_remove(&vec, 0);
	assert_null(strvec_array(&vec)[0]);
}

static void test_strvec__sorts_by_bytes(void **state)
{
	autoclean(strvec_release) struct strvec vec = STRVEC_INIT;

	(void)state;
	strvec_sort(&vec);
	strvec_add(&vec, "b");
	strvec_add(&vec, "\xc3\xa9");
	strvec_add(&vec, "B");
	strvec_sort(&vec);
	assert_string_equal(vec.items[0], "B");
	assert_string_equal(vec.items[1], "b");
	assert_string_equal(vec.items[2], "\xc3\xa9");
	assert_true(strvec_has(&vec, "b"));
	assert_false(strvec_has(&vec, "bb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strvec__is_always_terminated),
		cmocka_unit_test(test_strvec__remove_keeps_the_order),
		cmocka_unit_test(test_strvec__sorts_by_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
