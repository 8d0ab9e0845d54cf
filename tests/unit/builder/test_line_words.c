/* SPDX-License-Identifier: Apache-2.0 */
/* Keyword, flags and words of a line. */
#include "builder/language/line_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void join(const struct strvec *words, struct strbuf *out)
{
	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(out, "%s%s", i ? "|" : "", words->items[i]);
}

static const struct {
	const char *line;
	const char *keyword, *flags, *rest;
	const char *why;
} lines[] = {
	{ "RUN a b", "RUN", "", "a b", "no flags" },
	{ "  run\t a b ", "run", "", "a b", "blanks" },
	{ "RUN", "RUN", "", "", "a keyword" },
	{ "RUN --a=1 --b c", "RUN", "--a=1|--b", "c", "flags" },
	{ "RUN --a=1", "RUN", "--a=1", "", "nothing behind flags" },
	{ "RUN --a=\"x y\" c", "RUN", "--a=x y", "c", "double quotes" },
	{ "RUN --a='x \"y' c", "RUN", "--a=x \"y", "c", "single quotes" },
	{ "RUN --a=x\\ y c", "RUN", "--a=x y", "c", "an escaped blank" },
	{ "RUN --a=\"x\\\"y\" c", "RUN", "--a=x\"y", "c", "an escaped quote" },
	{ "RUN --a=x\\", "RUN", "--a=x", "", "an escape at the end" },
	{ "RUN --a=\"x y", "RUN", "--a=x y", "", "an open quote" },
	{ "RUN -- --a", "RUN", "", "--a", "two dashes end them" },
	{ "RUN --a -- b", "RUN", "--a", "b", "behind a flag" },
	{ "RUN -a --b", "RUN", "", "-a --b", "one dash is no flag" },
	{ "RUN a --b", "RUN", "", "a --b", "behind a word" },
	{ "", "", "", "", "nothing" },
};

static void test_line_words__parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(line_words_release) struct line_words words =
			LINE_WORDS_INIT;
		autoclean(strbuf_release) struct strbuf flags = STRBUF_INIT;

		assert_int_equal(line_words_parse(lines[i].line, &words, &err),
				 0);
		join(&words.flags, &flags);
		if (strcmp(words.keyword, lines[i].keyword) != 0 ||
		    strcmp(flags.text, lines[i].flags) != 0 ||
		    strcmp(words.rest, lines[i].rest) != 0)
			fail_msg("%s: %s, %s, %s", lines[i].why, words.keyword,
				 flags.text, words.rest);
	}
}

static const struct {
	const char *text;
	const char *words, *plain;
	const char *why;
} splits[] = {
	{ "a b  c", "a|b|c", "a|b|c", "blanks" },
	{ "", "", "", "nothing" },
	{ "a=\"b c\" d", "a=\"b c\"|d", "a=\"b|c\"|d", "double quotes" },
	{ "a='b \\' d", "a='b \\'|d", "a='b|\\'|d", "single quotes" },
	{ "a\\ b c", "a\\ b|c", "a\\|b|c", "an escaped blank" },
	{ "\"a\\\" b\" c", "\"a\\\" b\"|c", "\"a\\\"|b\"|c",
	  "an escaped quote" },
	{ "a \"b c", "a|\"b c", "a|\"b|c", "an open quote" },
	{ "\"\" ''", "\"\"|''", "\"\"|''", "empty quotes" },
};

static void test_line_words__splits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(splits); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strvec_release) struct strvec words = STRVEC_INIT;
		autoclean(strvec_release) struct strvec plain = STRVEC_INIT;
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

		assert_int_equal(
			line_words_split(splits[i].text, '\\', &words, &err),
			0);
		assert_int_equal(
			line_words_split_plain(splits[i].text, &plain, &err),
			0);
		join(&words, &text);
		if (strcmp(text.text, splits[i].words) != 0)
			fail_msg("%s: %s", splits[i].why, text.text);
		strbuf_truncate(&text, 0);
		join(&plain, &text);
		if (strcmp(text.text, splits[i].plain) != 0)
			fail_msg("%s: %s", splits[i].why, text.text);
	}
}

static void test_line_words__other_escape(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	(void)state;
	assert_int_equal(line_words_split("a`  b\\ c", '`', &words, &err), 0);
	assert_int_equal(words.count, 3);
	assert_string_equal(words.items[0], "a` ");
	assert_string_equal(words.items[1], "b\\");
}

static void test_line_words__limits(void **state)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf flags = STRBUF_INIT;
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autoclean(strvec_release) struct strvec plain = STRVEC_INIT;
	autoclean(line_words_release) struct line_words parsed =
		LINE_WORDS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	strbuf_addstr(&flags, "RUN ");
	for (int i = 0; i < 10001; i++) {
		strbuf_addstr(&text, "a ");
		strbuf_addstr(&flags, "--a ");
	}
	assert_int_equal(line_words_split(text.text, '\\', &words, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	error_release(&err);
	assert_int_equal(line_words_split_plain(text.text, &plain, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	error_release(&err);
	assert_int_equal(line_words_parse(flags.text, &parsed, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_words__parses),
		cmocka_unit_test(test_line_words__splits),
		cmocka_unit_test(test_line_words__other_escape),
		cmocka_unit_test(test_line_words__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
