/* SPDX-License-Identifier: Apache-2.0 */
/* os-release(5). */
#include "builder/attest/os_release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void test_os_release__reads(void **state)
{
	static const struct {
		const char *text, *id, *version;
	} rows[] = {
		{ "NAME=x\nID=debian\nVERSION_ID=\"12\"\n", "debian", "12" },
		{ "ID='alpine'\nVERSION_ID=3.19.1", "alpine", "3.19.1" },
		{ "ID=\nVERSION_ID=\"\"", NULL, NULL },
		{ "ID=a b\nVERSION_ID=$(x)\n", NULL, NULL },
		{ "#ID=x\nXID=y\nID=\"", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(os_release_release) struct os_release out = { NULL };

		os_release_parse(rows[i].text, strlen(rows[i].text), &out);
		assert_int_equal(!out.id, !rows[i].id);
		assert_int_equal(!out.version, !rows[i].version);
		if (rows[i].id)
			assert_string_equal(out.id, rows[i].id);
		if (rows[i].version)
			assert_string_equal(out.version, rows[i].version);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_release__reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
