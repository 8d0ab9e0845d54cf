/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal may be shown, and how wide it is. */
#include "base/term.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	const char *safe;
	const char *why;
} rows[] = {
	{ "plain ~", "plain ~", "plain" },
	{ "a\x1b[2Jb", "a?[2Jb", "an escape sequence" },
	{ "a\nb\tc\r", "a?b?c?", "line ends and tabs" },
	{ "\x7f", "?", "DEL" },
	{ "\xc2\x9b"
	  "31m",
	  "?31m", "a C1 control in UTF-8" },
	{ "\x9b"
	  "31m",
	  "?31m", "a C1 control as a byte" },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "two, three, four bytes" },
	{ "\xc0\xaf", "??", "an overlong slash" },
	{ "\xe0\x80\xaf", "???", "an overlong slash of three" },
	{ "\xed\xa0\x80", "???", "a surrogate" },
	{ "\xf4\x90\x80\x80", "????", "beyond Unicode" },
	{ "\xe2\x82", "??", "cut short" },
	{ "\xe2(\xa1", "?(?", "a broken sequence" },
};

static void test_term__sanitizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		term_sanitize(rows[i].text, strlen(rows[i].text), &out);
		if (strcmp(out.text, rows[i].safe) != 0)
			fail_msg("%s: %s", rows[i].why, out.text);
	}
}

static void test_term__a_nul_is_a_control_byte(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	term_sanitize("a\0b", 3, &out);
	assert_string_equal(out.text, "a?b");
}

static void test_term__counts_columns(void **state)
{
	(void)state;
	assert_int_equal(term_columns(""), 0);
	assert_int_equal(term_columns("abc"), 3);
	assert_int_equal(term_columns("\xe2\x80\xa6"), 1); /* ellipsis */
	assert_int_equal(term_columns("\xe6\xbc\xa2\xe5\xad\x97"), 4);
	assert_int_equal(term_columns("\xff\xe2"), 2); /* one a bad byte */
}

static void test_term__width_falls_back(void **state)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(term_width(fd, 123), 123);
	(void)close(fd);
}

static void test_term__sanitizes_lines(void **state)
{
	static const struct {
		const char *text, *expected, *why;
	} cases[] = {
		{ "", "", "nothing" },
		{ "a\tb\n\nc", "a\tb\n\nc", "line ends and tabs stay" },
		{ "\033[2J\n\tx\033", "?[2J\n\tx?", "all others do not" },
		{ "\xc2\x9b\n\xc2\n", "?\n?\n", "no rune goes on in the next" },
		{ "a\rb\x07", "a?b?", "neither carriage return nor bell" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct strbuf out = STRBUF_INIT;

		strbuf_addstr(&out, "|");
		term_sanitize_lines(cases[i].text, strlen(cases[i].text), &out);
		if (strcmp(out.text + 1, cases[i].expected) != 0)
			fail_msg("%s: %s", cases[i].why, out.text);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_term__sanitizes),
		cmocka_unit_test(test_term__sanitizes_lines),
		cmocka_unit_test(test_term__a_nul_is_a_control_byte),
		cmocka_unit_test(test_term__counts_columns),
		cmocka_unit_test(test_term__width_falls_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
