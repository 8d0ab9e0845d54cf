/* SPDX-License-Identifier: Apache-2.0 */
/* Names of CDI devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "runtime/cdi/cdi_name.h"

static const struct {
	const char *text;
	bool is_name;
} rows[] = {
	{ "nvidia.com/gpu=0", true },
	{ "nvidia.com/gpu=all", true },
	{ "v/c=d", true },
	{ "vendor_1.com/a-b.c=GPU-1:2.3_4", true },
	{ "", false },
	{ "=", false },
	{ "v/c", false },
	{ "v/c=", false },
	{ "v=d", false },
	{ "/c=d", false },
	{ "v/=d", false },
	{ "/dev/x=y", false },
	{ "1v/c=d", false },
	{ "v/1c=d", false },
	{ "v-/c=d", false },
	{ "v/c.=d", false },
	{ "v/c=-d", false },
	{ "v/c=d:", false },
	{ "v/c=d/e", false },
	{ "v/c/x=d", false },
	{ "v/c=d=e", false },
	{ "v:x/c=d", false },
	{ "/dev/zero:/dev/x:rwm", false },
};

static void test_cdi_name_is_qualified__takes_whole_names_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (cdi_name_is_qualified(rows[i].text) != rows[i].is_name)
			fail_msg("%s", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_cdi_name_is_qualified__takes_whole_names_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
