/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's headers, made by hand. */
#include "builder/attest/rpm_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Numbers are big-endian, as a header has them. */
#define U32(n) (char)((n) >> 24), (char)((n) >> 16), (char)((n) >> 8), (char)(n)
#define ENTRY(tag, type, offset, count) \
	U32(tag), U32(type), U32(offset), U32(count)

static const char bash[] = { U32(5),
			     U32(27),
			     ENTRY(1000, 6, 0, 1),
			     ENTRY(1001, 6, 5, 1),
			     ENTRY(1002, 6, 9, 1),
			     ENTRY(1003, 4, 12, 1),
			     ENTRY(1014, 9, 16, 2),
			     'b',
			     'a',
			     's',
			     'h',
			     0,
			     '5',
			     '.',
			     '2',
			     0,
			     '1',
			     0,
			     0,
			     0,
			     0,
			     0,
			     2,
			     'G',
			     'P',
			     'L',
			     0,
			     'x',
			     0,
			     0,
			     0,
			     0,
			     0,
			     0 };

static void test_rpm_header__reads(void **state)
{
	autoclean(packages_release) struct packages out = PACKAGES_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	if (rpm_header_parse(bash, sizeof(bash), &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(out.count, 1);
	assert_int_equal(out.items[0].kind, PACKAGE_RPM);
	assert_string_equal(out.items[0].name, "bash");
	assert_string_equal(out.items[0].version, "2:5.2-1");
	assert_string_equal(out.items[0].license, "GPL");
	assert_null(out.items[0].architecture);
}

static void test_rpm_header__a_key_is_no_package(void **state)
{
	static const char key[] = { U32(2),
				    U32(13),
				    ENTRY(1000, 6, 0, 1),
				    ENTRY(1001, 6, 11, 1),
				    'g',
				    'p',
				    'g',
				    '-',
				    'p',
				    'u',
				    'b',
				    'k',
				    'e',
				    'y',
				    0,
				    '1',
				    0 };
	autoclean(packages_release) struct packages out = PACKAGES_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rpm_header_parse(key, sizeof(key), &out, &err), 0);
	assert_int_equal(out.count, 0);
}

static void test_rpm_header__refuses(void **state)
{
	static const char many[] = { U32(0x10000000), U32(0) };
	static const char large[] = { U32(0), U32(9), 0, 0, 0, 0, 0, 0, 0, 0 };
	static const char endless[] = { U32(1), U32(2), ENTRY(1000, 6, 0, 1),
					'a', 'b' };
	static const char outside[] = { U32(1), U32(2), ENTRY(1000, 6, 2, 1),
					'a', 0 };
	static const char binary[] = { U32(1), U32(2), ENTRY(1000, 7, 0, 1),
				       'a', 0 };
	static const char epoch[] = { U32(3),
				      U32(4),
				      ENTRY(1000, 6, 0, 1),
				      ENTRY(1001, 6, 0, 1),
				      ENTRY(1003, 4, 2, 1),
				      'a',
				      0,
				      0,
				      0 };
	static const struct {
		const char *bytes;
		size_t length;
		const char *why;
	} rows[] = {
		{ many, 7, "a header of 7 bytes" },
		{ many, sizeof(many), "larger than it" },
		{ large, sizeof(large), "larger than it" },
		{ endless, sizeof(endless), "tag 1000 of a header is no text" },
		{ outside, sizeof(outside), "without a proper name" },
		{ binary, sizeof(binary), "is no text" },
		{ epoch, sizeof(epoch), "epoch is no number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(packages_release) struct packages out = PACKAGES_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (rpm_header_parse(rows[i].bytes, rows[i].length, &out,
				     &err) == 0)
			fail_msg("accepted: %s", rows[i].why);
		if (!strstr(err.msg, rows[i].why))
			fail_msg("%s instead of %s", err.msg, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rpm_header__reads),
		cmocka_unit_test(test_rpm_header__a_key_is_no_package),
		cmocka_unit_test(test_rpm_header__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
