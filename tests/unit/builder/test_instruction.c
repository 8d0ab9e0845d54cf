/* SPDX-License-Identifier: Apache-2.0 */
/* Names of instructions. */
#include "builder/language/instruction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_instruction__names_go_both_ways(void **state)
{
	(void)state;
	for (int i = 1; i < INSTRUCTION_COUNT; i++) {
		enum instruction_kind kind = (enum instruction_kind)i;

		assert_int_equal(
			instruction_kind_from_name(instruction_kind_name(kind)),
			kind);
	}
	assert_int_equal(instruction_kind_from_name("healthCheck"),
			 INSTRUCTION_HEALTHCHECK);
	assert_int_equal(instruction_kind_from_name("RUNS"), INSTRUCTION_NONE);
	assert_int_equal(instruction_kind_from_name(""), INSTRUCTION_NONE);
}

static void test_instruction__release_may_come_twice(void **state)
{
	struct instruction instruction = { .kind = INSTRUCTION_USER };

	(void)state;
	instruction.value = strdup("a");
	instruction_release(&instruction);
	assert_int_equal(instruction.kind, INSTRUCTION_NONE);
	instruction_release(&instruction);
	assert_null(instruction.value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instruction__names_go_both_ways),
		cmocka_unit_test(test_instruction__release_may_come_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
