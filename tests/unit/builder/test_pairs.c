/* SPDX-License-Identifier: Apache-2.0 */
/* Names with values, in order. */
#include "builder/language/pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_pairs__keeps_order(void **state)
{
	autoclean(pairs_release) struct pairs pairs = PAIRS_INIT;
	autoclean(pairs_release) struct pairs copy = PAIRS_INIT;

	(void)state;
	pairs_add(&pairs, "b", "1");
	pairs_add(&pairs, "a", NULL);
	pairs_add(&pairs, "b", "2");
	assert_int_equal(pairs.count, 3);
	assert_string_equal(pairs_find(&pairs, "b")->value, "2");
	assert_null(pairs_find(&pairs, "a")->value);
	assert_null(pairs_find(&pairs, "c"));
	pairs_set(&pairs, "a", "3");
	pairs_set(&pairs, "c", "4");
	assert_int_equal(pairs.count, 4);
	assert_string_equal(pairs.items[1].value, "3");
	pairs_set(&pairs, "a", pairs.items[1].value);
	assert_string_equal(pairs.items[1].value, "3");
	pairs_set(&pairs, "a", NULL);
	assert_null(pairs.items[1].value);
	pairs_extend(&copy, &pairs);
	assert_int_equal(copy.count, 4);
	assert_string_equal(copy.items[3].name, "c");
	pairs_release(&pairs);
	assert_string_equal(copy.items[3].value, "4");
	assert_int_equal(pairs.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs__keeps_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
