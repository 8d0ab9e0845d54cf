/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of strings, and what is none. */
#include "builder/language/string_array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *text;
	const char *strings; /* joined by "|"; "!": refused; NULL: none */
	const char *why;
} rows[] = {
	{ "[]", "", "an empty array" },
	{ "[\"a\"]", "a", "one" },
	{ " [ \"a b\" , \"c\" ] ", "a b|c", "blanks" },
	{ "[\"\\u00e4\\n\\\"\"]", "ä\n\"", "escapes" },
	{ "[\"\xff\"]", "\xef\xbf\xbd", "what is no UTF-8" },
	{ "[\"\"]", "", "an empty string" },
	{ "a", NULL, "a word" },
	{ "", NULL, "nothing" },
	{ "{\"a\":1}", NULL, "an object" },
	{ "\"a\"", NULL, "a string" },
	{ "['a']", NULL, "wrong quotes" },
	{ "[\"a\",]", NULL, "a comma too many" },
	{ "[\"a\"", NULL, "no end" },
	{ "[\"a\"] b", NULL, "text behind it" },
	{ "[ -f a ]", NULL, "a test of the shell" },
	{ "[1]", "!", "a number" },
	{ "[\"a\", null]", "!", "null" },
	{ "[[\"a\"]]", "!", "an array in an array" },
	{ "[\"a\\u0000b\"]", "!", "a NUL" },
};

static void test_string_array__parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strvec_release) struct strvec out = STRVEC_INIT;
		autoclean(strbuf_release) struct strbuf joined = STRBUF_INIT;
		const char *expected = rows[i].strings;
		bool is;

		if (string_array_parse(rows[i].text, &out, &is, &err) < 0) {
			if (!expected || strcmp(expected, "!") != 0)
				fail_msg("%s: %s", rows[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		for (size_t j = 0; j < out.count; j++)
			strbuf_addf(&joined, "%s%s", j ? "|" : "",
				    out.items[j]);
		if (is != (expected != NULL) ||
		    (is && strcmp(joined.text, expected) != 0))
			fail_msg("%s: %d %s", rows[i].why, is, joined.text);
	}
}

static void test_string_array__limits(void **state)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strvec_release) struct strvec out = STRVEC_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	bool is;

	(void)state;
	strbuf_addstr(&text, "[\"a\"");
	for (int i = 0; i < 10000; i++)
		strbuf_addstr(&text, ",\"a\"");
	strbuf_addstr(&text, "]");
	assert_int_equal(string_array_parse(text.text, &out, &is, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_string_array__parses),
		cmocka_unit_test(test_string_array__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
