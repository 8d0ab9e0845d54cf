/* SPDX-License-Identifier: Apache-2.0 */
/* This machine, as far as anything is certain about it. */
#include "runtime/doctor/doctor_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/temp_folder.h"

static void test_doctor_probe__this_machine(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(doctor_facts_release) struct doctor_facts facts = {
		.binaries = STRVEC_INIT
	};
	struct utsname name;

	assert_int_equal(uname(&name), 0);
	doctor_probe(folder->path, "why not", &facts);
	assert_string_equal(facts.release, name.release);
	assert_int_equal(facts.uid, geteuid());
	assert_string_equal(facts.store, folder->path);
	assert_string_equal(facts.store_error, "why not");
	/* imgctl's own tests need all of them */
	assert_int_equal(facts.missing_calls, 0);
	assert_int_equal(facts.seccomp, 0);
	assert_true(facts.free_bytes > 0);
	assert_true(*facts.store_type);
	assert_true(facts.next_subid >= 100000);
}

static void test_doctor_probe__nothing_is_left_behind(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(doctor_facts_release) struct doctor_facts facts = {
		.binaries = STRVEC_INIT
	};

	doctor_probe(folder->path, NULL, &facts);
	assert_int_equal(rmdir(folder->path), 0);
	assert_int_equal(mkdir(folder->path, 0700), 0);
}

static void test_doctor_probe__a_store_that_is_not_there(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(doctor_facts_release) struct doctor_facts facts = {
		.binaries = STRVEC_INIT
	};
	autofree char *path = xasprintf("%s/not/there", folder->path);

	doctor_probe(path, NULL, &facts);
	assert_true(facts.free_bytes > 0);
	assert_false(fs_exists(AT_FDCWD, path));
}

#define TEST(name)                                              \
	cmocka_unit_test_setup_teardown(name, temp_folder_open, \
					temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_doctor_probe__this_machine),
		TEST(test_doctor_probe__nothing_is_left_behind),
		TEST(test_doctor_probe__a_store_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
