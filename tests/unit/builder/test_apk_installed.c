/* SPDX-License-Identifier: Apache-2.0 */
/* apk's database. */
#include "builder/attest/apk_installed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void parse(const char *text, struct packages *out)
{
	struct error err = ERROR_INIT;

	if (apk_installed_parse(text, strlen(text), out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_apk_installed__reads(void **state)
{
	static const char text[] =
		"C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nS:1\nL:MIT\no:musl\n"
		"m:N <n@a>\nF:lib\nR:ld.so\nZ:Q1x=\n\nP:zlib\nV:1.3\n";
	autoclean(packages_release) struct packages out = PACKAGES_INIT;

	(void)state;
	parse("", &out);
	assert_int_equal(out.count, 0);
	parse(text, &out);
	assert_int_equal(out.count, 2);
	assert_int_equal(out.items[0].kind, PACKAGE_APK);
	assert_string_equal(out.items[0].name, "musl");
	assert_string_equal(out.items[0].version, "1.2.4-r2");
	assert_string_equal(out.items[0].architecture, "x86_64");
	assert_string_equal(out.items[0].license, "MIT");
	assert_string_equal(out.items[0].supplier, "N <n@a>");
	assert_string_equal(out.items[1].name, "zlib");
	assert_null(out.items[1].architecture);
}

static void test_apk_installed__refuses(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *why;
	} rows[] = {
		{ "P=musl\n", 0, "line 1: expected" },
		{ "P:a\nV:1\n\n1:x\n", 0, "line 4: expected" },
		{ "P\n", 0, "line 1: expected" },
		{ "P:a\n", 0, "no proper version" },
		{ "V:1\n", 0, "without a proper name" },
		{ "P:a\0b\n", 6, "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(packages_release) struct packages out = PACKAGES_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		size_t length = rows[i].length ? rows[i].length
					       : strlen(rows[i].text);

		if (apk_installed_parse(rows[i].text, length, &out, &err) == 0)
			fail_msg("accepted: %s", rows[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, rows[i].why))
			fail_msg("%s instead of %s", err.msg, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apk_installed__reads),
		cmocka_unit_test(test_apk_installed__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
