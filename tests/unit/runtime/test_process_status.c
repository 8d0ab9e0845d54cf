/* SPDX-License-Identifier: Apache-2.0 */
/* A process's rights as the kernel writes them. */
#include "runtime/process_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define IDS "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"
#define SETS                                                     \
	"CapInh:\t0000000000000001\nCapPrm:\t00000000a80425fb\n" \
	"CapEff:\t00000000a80425fa\nCapBnd:\t000001ffffffffff\n" \
	"CapAmb:\t0000000000000000\n"

static void test_process_status__reads_rights(void **state)
{
	static const char text[] = "Name:\tUid:\\nx\n" IDS
				   "Groups:\t10 77 \n" SETS
				   "NoNewPrivs:\t1\nSeccomp:\t2\n"
				   "Seccomp_filters:\t3\n";
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(process_status_release) struct process_status status;

	(void)state;
	assert_int_equal(process_status_parse(text, &status, &err), 0);
	assert_int_equal(status.uids[0], 1);
	assert_int_equal(status.uids[3], 4);
	assert_int_equal(status.gids[1], 6);
	assert_int_equal(status.group_count, 2);
	assert_int_equal(status.groups[1], 77);
	assert_true(status.inheritable == 1);
	assert_true(status.permitted == 0xa80425fb);
	assert_true(status.effective == 0xa80425fa);
	assert_true(status.bounding == 0x1ffffffffff);
	assert_true(status.ambient == 0);
	assert_true(status.has_no_new_privs);
	assert_int_equal(status.seccomp, 2);
	assert_int_equal(status.filters, 3);
}

static void test_process_status__refuses_what_is_none(void **state)
{
	static const struct {
		const char *text;
		int result;
		const char *why;
	} rows[] = {
		{ IDS SETS, 0, "an old kernel without the rest" },
		{ "", -1, "nothing" },
		{ IDS, -1, "no sets" },
		{ SETS, -1, "no ids" },
		{ "Uid:\t1\t2\t3\nGid:\t5\t6\t7\t8\n" SETS, -1, "three ids" },
		{ "Uid:\t1\t2\t3\t4294967296\nGid:\t5\t6\t7\t8\n" SETS, -1,
		  "an id of 33 bits" },
		{ "Uid:\t-1\t2\t3\t4\nGid:\t5\t6\t7\t8\n" SETS, -1, "a sign" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(process_status_release) struct process_status status;

		if (process_status_parse(rows[i].text, &status, &err) !=
		    rows[i].result)
			fail_msg("%s", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_status__reads_rights),
		cmocka_unit_test(test_process_status__refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
