/* SPDX-License-Identifier: Apache-2.0 */
/* Where the search for a project begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/engine/project_lease.h"

static void test_project_lease_first__is_far_from_small_numbers(void **state)
{
	(void)state;
	assert_int_equal(project_lease_first("00000000ab"), 0x10000000);
	assert_int_equal(project_lease_first("0000000fab"), 0x1000000f);
	assert_int_equal(project_lease_first("5fffffffab"), 0x6fffffff);
	assert_int_equal(project_lease_first("60000000ab"), 0x10000000);
	assert_int_equal(project_lease_first("ffffffffab"), 0x4fffffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_project_lease_first__is_far_from_small_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
