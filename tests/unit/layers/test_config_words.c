/* SPDX-License-Identifier: Apache-2.0 */
/* Words, quotes, escapes and variables. */
#include "layers/image/config_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#include <cmocka.h>

static const struct {
	const char *text;
	const char *words; /* joined by "|"; NULL: refused */
	const char *why;
} splits[] = {
	{ "a b  c", "a|b|c", "blanks" },
	{ "  a\t", "a", "around" },
	{ "", "", "nothing" },
	{ "a=\"b c\" d", "a=\"b c\"|d", "double quotes" },
	{ "a='b \\' d", "a='b \\'|d", "no escape in single quotes" },
	{ "a\\ b c", "a\\ b|c", "an escaped blank" },
	{ "\"a\\\" b\" c", "\"a\\\" b\"|c", "an escaped quote" },
	{ "a\\", "a\\", "a backslash at the end" },
	{ "\"a", NULL, "an open double quote" },
	{ "a 'b c", NULL, "an open single quote" },
};

static void test_config_words__splits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strvec_release) struct strvec words = STRVEC_INIT;
		autoclean(strbuf_release) struct strbuf joined = STRBUF_INIT;

		if (config_words_split(splits[i].text, &words, &err) < 0) {
			if (splits[i].words)
				fail_msg("%s: %s", splits[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		for (size_t j = 0; j < words.count; j++)
			strbuf_addf(&joined, "%s%s", j ? "|" : "",
				    words.items[j]);
		if (!splits[i].words ||
		    strcmp(joined.text, splits[i].words) != 0)
			fail_msg("%s: %s", splits[i].why, joined.text);
	}
}

static const struct {
	const char *word;
	const char *expanded; /* NULL: refused */
	const char *why;
} expansions[] = {
	{ "plain", "plain", "nothing special" },
	{ "\"a b\"'c d'e", "a bc de", "quotes go" },
	{ "a\\ b\\$A", "a b$A", "escapes go" },
	{ "\"\\\"\\$\\\\\\n\"", "\"$\\\\n", "escapes in double quotes" },
	{ "'\\$A$A'", "\\$A$A", "single quotes hold everything" },
	{ "$A-${A}", "one-one", "variables" },
	{ "\"$A\"", "one", "a variable in double quotes" },
	{ "$NONE.${NONE}", ".", "unknown ones are empty" },
	{ "$A_x$A.x", "one.x", "the longest name" },
	{ "$", "$", "a lone dollar" },
	{ "$ $!", "$ $!", "no name behind it" },
	{ "${NONE:-def}${A:-def}", "defone", "a default" },
	{ "${EMPTY:-def}${EMPTY-def}", "def", "empty and unset differ" },
	{ "${A:+alt}${NONE:+alt}${EMPTY+set}", "altset", "an alternative" },
	{ "${NONE:-${A}}${NONE:-\"}\"}", "one}", "a default with more" },
	{ "$TWICE", "2", "the last one counts" },
	{ "\\", "\\", "a backslash at the end" },
	{ "${A", NULL, "no end" },
	{ "${A:-x", NULL, "no end of a default" },
	{ "${}", NULL, "no name" },
	{ "${A:?x}", NULL, "an operator docker has not" },
	{ "${A:", NULL, "an operator cut off" },
	{ "\"$A", NULL, "an open quote" },
	{ "'", NULL, "an open single quote" },
};

static void test_config_words__expands(void **state)
{
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;

	(void)state;
	strvec_add(&env, "A=one");
	strvec_add(&env, "EMPTY=");
	strvec_add(&env, "TWICE=1");
	strvec_add(&env, "TWICE=2");
	for (size_t i = 0; i < sizeof(expansions) / sizeof(*expansions); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *out = NULL;

		if (config_words_expand(expansions[i].word, &env, &out, &err) <
		    0) {
			if (expansions[i].expanded)
				fail_msg("%s: %s", expansions[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		if (!expansions[i].expanded ||
		    strcmp(out, expansions[i].expanded) != 0)
			fail_msg("%s: %s", expansions[i].why, out);
	}
}

static void test_config_words__growth_is_bounded(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf word = STRBUF_INIT;
	autofree char *value = xcalloc(1, 4096);
	autofree char *out = NULL;

	(void)state;
	memset(value, 'x', 4095);
	strvec_addf(&env, "A=%s", value);
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&word, "$A");
	assert_int_equal(config_words_expand(word.text, &env, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	strbuf_truncate(&word, 0);
	for (int i = 0; i < 100000; i++)
		strbuf_addstr(&word, "${N-");
	assert_int_equal(config_words_expand(word.text, &env, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_words__splits),
		cmocka_unit_test(test_config_words__expands),
		cmocka_unit_test(test_config_words__growth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
