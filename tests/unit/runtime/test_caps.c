/* SPDX-License-Identifier: Apache-2.0 */
/* Names of capabilities and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/resource.h>

#include "runtime/caps.h"
#include "runtime/rlimits.h"

static void test_caps__names_go_both_ways(void **state)
{
	unsigned number;

	(void)state;
	for (unsigned i = 0; caps_name(i); i++) {
		assert_true(caps_from_name(caps_name(i), &number));
		assert_int_equal(number, i);
	}
	assert_true(caps_from_name("net_raw", &number));
	assert_int_equal(number, 13);
	assert_true(caps_from_name("cap_Sys_Admin", &number));
	assert_int_equal(number, 21);
	assert_null(caps_name(41));
	assert_null(caps_name(UINT32_MAX));
	assert_true(caps_known() == 0x1ffffffffff);
}

static void test_caps__unknown_names(void **state)
{
	static const char *const names[] = {
		"",	 "CAP_", "CAP_CAP_KILL", "KILLER",
		" KILL", "ALL",	 "CAP_KIL",	 "NO_SUCH_CAP"
	};
	unsigned number;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (caps_from_name(names[i], &number))
			fail_msg("\"%s\" is taken for %u", names[i], number);
}

static void test_rlimits__names(void **state)
{
	int resource;

	(void)state;
	assert_true(rlimits_from_name("nofile", &resource));
	assert_int_equal(resource, RLIMIT_NOFILE);
	assert_true(rlimits_from_name("RLIMIT_CORE", &resource));
	assert_int_equal(resource, RLIMIT_CORE);
	assert_false(rlimits_from_name("files", &resource));
	assert_false(rlimits_from_name("", &resource));
	assert_string_equal(rlimits_name(RLIMIT_AS), "RLIMIT_AS");
	assert_null(rlimits_name(-1));
	assert_null(rlimits_name(16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_caps__names_go_both_ways),
		cmocka_unit_test(test_caps__unknown_names),
		cmocka_unit_test(test_rlimits__names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
