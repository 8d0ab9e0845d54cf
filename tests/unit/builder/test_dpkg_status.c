/* SPDX-License-Identifier: Apache-2.0 */
/* dpkg's status file. */
#include "builder/attest/dpkg_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* From a copy of its own length: nothing may be read beyond it. */
static void parse(const char *text, struct packages *out)
{
	struct error err = ERROR_INIT;
	size_t length = strlen(text);
	autofree char *copy = xmalloc(length + 1);
	char *bytes = copy + 1;

	memcpy(bytes, text, length);
	if (dpkg_status_parse(bytes, length, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_dpkg_status__reads(void **state)
{
	static const char text[] =
		"Package: bash\nStatus: install ok installed\nVersion: "
		"5.2-1\nArchitecture: amd64\nDescription: a shell\n that "
		"reads\n .\n\tlines\nMaintainer: A <a@b>\n\n\nPackage: "
		"gone\nStatus: deinstall ok config-files\nVersion: "
		"1\n\npackage: libc6\nSource: glibc (2.36)\nVersion: "
		"1:2.36+deb12u1\nMaintainer: \xff\n";
	autoclean(packages_release) struct packages out = PACKAGES_INIT;

	(void)state;
	parse("", &out);
	parse("\n\n", &out);
	assert_int_equal(out.count, 0);
	parse(text, &out);
	assert_int_equal(out.count, 2);
	assert_int_equal(out.items[0].kind, PACKAGE_DEB);
	assert_string_equal(out.items[0].name, "bash");
	assert_string_equal(out.items[0].version, "5.2-1");
	assert_string_equal(out.items[0].architecture, "amd64");
	assert_string_equal(out.items[0].supplier, "A <a@b>");
	assert_null(out.items[0].source);
	assert_string_equal(out.items[1].version, "1:2.36+deb12u1");
	assert_string_equal(out.items[1].source, "glibc");
	assert_null(out.items[1].supplier); /* no text */
	parse("Package: a\nVersion: 1\nSource: glib", &out);
	assert_string_equal(out.items[2].source, "glib");
}

static void test_dpkg_status__refuses(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *why;
	} rows[] = {
		{ "Package bash\n", 0, "line 1: expected" },
		{ "Package: a\nVersion: 1\n\n: x\n", 0, "line 4" },
		{ "Pack age: a\n", 0, "line 1: expected" },
		{ " goes on\n", 0, "line 1: it continues no field" },
		{ "Package: a\n\n goes on\n", 0, "no proper version" },
		{ "Package: a\nVersion: 1\n\n goes on\n", 0, "line 4" },
		{ "Version: 1\n", 0, "without a proper name" },
		{ "Package: a\xff\nVersion: 1\n", 0, "proper name" },
		{ "Package: a\0\n", 12, "a NUL byte" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(packages_release) struct packages out = PACKAGES_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		size_t length = rows[i].length ? rows[i].length
					       : strlen(rows[i].text);

		if (dpkg_status_parse(rows[i].text, length, &out, &err) == 0)
			fail_msg("accepted: %s", rows[i].why);
		assert_int_equal(err.kind, ERROR_INVALID);
		if (!strstr(err.msg, rows[i].why))
			fail_msg("%s instead of %s", err.msg, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpkg_status__reads),
		cmocka_unit_test(test_dpkg_status__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
