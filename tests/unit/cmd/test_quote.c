/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting both ways, and the UTF-8 reading under it. */
#include "cmd/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_quote__shows_strings_as_go_does(void **state)
{
	static const char *const cases[][2] = {
		{ "", "\"\"" },
		{ "sh -c 'x'", "\"sh -c 'x'\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"" },
		{ "\x01\x7f", "\"\\x01\\x7f\"" },
		{ "é…日", "\"é…日\"" },
		{ "\xff\xc3", "\"\\xff\\xc3\"" },
		{ "\xc2\x85", "\"\\u0085\"" },
		{ "\xf3\xa0\x80\x81", "\"\\U000e0001\"" },
		{ "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *quoted = quote_new(cases[i][0]);

		assert_string_equal(quoted, cases[i][1]);
		free(quoted);
	}
}

static void test_quote__reads_go_literals(void **state)
{
	static const char *const cases[][2] = {
		{ "\"\"", "" },
		{ "\"a\\tb\\n\"", "a\tb\n" },
		{ "\"\\\"'\\\\\"", "\"'\\" },
		{ "\"\\x41\\101\\u00e9\\U0001F600\"", "AAé😀" },
		{ "`a\\n\"b`", "a\\n\"b" },
		{ "`a\r\nb`", "a\nb" },
		{ "'\\''", "'" },
		{ "'\\xe9'", "é" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(quote_parse(cases[i][0], strlen(cases[i][0]),
					     &out, &err),
				 0);
		assert_string_equal(out.text, cases[i][1]);
		strbuf_release(&out);
	}
}

static void test_quote__refuses_bad_literals(void **state)
{
	static const char *const cases[] = {
		"",	   "\"",      "\"a",	     "a",	 "\"a'",
		"\"\\q\"", "\"\\\"",  "\"\\x4\"",    "\"\\'\"",	 "\"\\u12\"",
		"`a`b`",   "\"\\8\"", "\"\\ud800\"", "\"a\nb\"", "\"\\400\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct error err = ERROR_INIT;

		if (!quote_parse(cases[i], strlen(cases[i]), &out, &err))
			fail_msg("%s was taken", cases[i]);
		error_release(&err);
		strbuf_release(&out);
	}
}

static void test_utf8__counts_bad_bytes_one_by_one(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "é日😀", 3 },
		{ "\xff\xfe", 2 },
		{ "\xe2\x82", 2 },
		{ "\xc0\x80", 2 },
		{ "\xf4\x90\x80\x80", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			utf8_count(cases[i].text, strlen(cases[i].text)),
			cases[i].count);
}

static void test_utf8__round_trips(void **state)
{
	static const uint32_t runes[] = { 0x24, 0xe9, 0x20ac, 0x10ffff };

	(void)state;
	for (size_t i = 0; i < COUNT(runes); i++) {
		struct strbuf out = STRBUF_INIT;
		uint32_t rune;

		utf8_write(runes[i], &out);
		assert_int_equal(utf8_decode(out.text, out.length, &rune),
				 out.length);
		assert_int_equal(rune, runes[i]);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote__shows_strings_as_go_does),
		cmocka_unit_test(test_quote__reads_go_literals),
		cmocka_unit_test(test_quote__refuses_bad_literals),
		cmocka_unit_test(test_utf8__counts_bad_bytes_one_by_one),
		cmocka_unit_test(test_utf8__round_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
