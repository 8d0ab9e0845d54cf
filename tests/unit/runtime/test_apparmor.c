/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/apparmor.h"

static void test_apparmor__finds_a_profile_in_the_kernels_list(void **state)
{
	static const struct {
		const char *list;
		bool want;
		const char *why;
	} rows[] = {
		{ NULL, false, "no list" },
		{ "", false, "an empty list" },
		{ "p (enforce)\n", true, "the only one" },
		{ "a (enforce)\np (complain)\n", true, "the last one" },
		{ "p (enforce)\nz (enforce)\n", true, "the first one" },
		{ "pq (enforce)\n", false, "a longer name" },
		{ "qp (enforce)\n", false, "the end of a name" },
		{ "p//child (enforce)\n", false, "a child of it" },
		{ "p", false, "a line that was cut off" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (apparmor_list_has(rows[i].list, "p") != rows[i].want)
			fail_msg("%s", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_apparmor__finds_a_profile_in_the_kernels_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
