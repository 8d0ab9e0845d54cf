/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes, escapes and variables. */
#include "builder/language/expand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/builder_limits.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *name, *value;
} variables[] = {
	{ "A", "one" },		{ "EMPTY", "" },
	{ "TWO", "a b  c" },	{ "PATH_", "/usr/local/bin" },
	{ "FILE", "a.tar.gz" }, { "STARS", "xx**" },
	{ "UTF", "äöü" },	{ "REGEX", "()[]{}^$.*?|\\x" },
	{ "7", "seven" },	{ "QUOTED", "'a' \"b\"" },
	{ "NEEDLE", "\\*/" },	{ "SLASHES", "/foo*/*/*.txt" },
	{ "@", "at" },
};

static const char *lookup(void *payload, const char *name)
{
	(void)payload;
	for (size_t i = 0; i < COUNT_OF(variables); i++)
		if (!strcmp(variables[i].name, name))
			return variables[i].value;
	return NULL;
}

static const struct {
	const char *word;
	const char *expanded; /* NULL: refused */
	const char *why;
} rows[] = {
	{ "plain", "plain", "nothing special" },
	{ "", "", "nothing" },
	{ "\"a b\"'c d'e", "a bc de", "quotes go" },
	{ "a\\ b\\$A", "a b$A", "escapes go" },
	{ "\"\\\"\\$\\\\\\n\"", "\"$\\\\n", "escapes in double quotes" },
	{ "'\\$A$A'", "\\$A$A", "single quotes hold everything" },
	{ "\"'$A'\"", "'one'", "single within double quotes" },
	{ "'\"$A\"'", "\"$A\"", "double within single quotes" },
	{ "a\\", "a", "an escape at the end goes" },
	{ "\"a", NULL, "an open double quote" },
	{ "'a", NULL, "an open single quote" },
	{ "\"a\\", NULL, "an open quote behind an escape" },

	{ "$A-${A}", "one-one", "variables" },
	{ "\"$A\"", "one", "a variable in double quotes" },
	{ "$NONE.${NONE}", ".", "unset ones are empty" },
	{ "$A_x$A.x", "one.x", "the longest name" },
	{ "$7x", "sevenx", "a digit" },
	{ "${7}x", "sevenx", "a digit in braces" },
	{ "$@", "at", "a special parameter" },
	{ "$", "$", "a lone dollar" },
	{ "$.$/", "$.$/", "no name behind it" },
	{ "$TWO", "a b  c", "a value keeps its blanks" },
	{ "$QUOTED", "'a' \"b\"", "quotes of a value are plain" },
	{ "$Aä", "oneä", "names are ASCII" },

	{ "${NONE:-w}${EMPTY:-w}${A:-w}", "wwone", ":-" },
	{ "${NONE-w}${EMPTY-w}${A-w}", "wone", "-" },
	{ "${NONE:+w}${EMPTY:+w}${A:+w}", "w", ":+" },
	{ "${NONE+w}${EMPTY+w}${A+w}", "ww", "+" },
	{ "${A:?w}${A?w}${EMPTY?w}", "oneone", "? that holds" },
	{ "${NONE?w}", NULL, "? of an unset one" },
	{ "${NONE:?w}", NULL, ":? of an unset one" },
	{ "${EMPTY:?w}", NULL, ":? of an empty one" },
	{ "${NONE:-}", "", "an empty default" },
	{ "${NONE:-$A}", "one", "a variable in a default" },
	{ "${NONE:-${NONE:-${A}}}", "one", "defaults in defaults" },
	{ "${NONE:-\"a b\"'c'}", "a bc", "quotes in a default" },
	{ "${NONE:-a\\}b}", "a}b", "an escaped brace" },
	{ "\"${NONE:-a b}\"", "a b", "a default in quotes" },

	{ "${PATH_#/}", "usr/local/bin", "# plain" },
	{ "${PATH_#*/}", "usr/local/bin", "# shortest" },
	{ "${PATH_##*/}", "bin", "## longest" },
	{ "${PATH_#x}", "/usr/local/bin", "# no match" },
	{ "${PATH_%/*}", "/usr/local", "% shortest" },
	{ "${PATH_%%/*}", "", "%% longest" },
	{ "${FILE%.*}", "a.tar", "% one suffix" },
	{ "${FILE%%.*}", "a", "%% all suffixes" },
	{ "${FILE#}${FILE##}${FILE%}${FILE%%}",
	  "a.tar.gza.tar.gza.tar.gza.tar.gz", "no pattern" },
	{ "${STARS%%\\**}", "xx", "an escaped star" },
	{ "${STARS%\\*}", "xx*", "one escaped star" },
	{ "${UTF#?}${UTF%?}", "öüäö", "? is a rune" },
	{ "${A#$NONE}", "one", "a pattern that is empty" },
	{ "${NONE#x}", "", "an unset value" },
	{ "${REGEX#()[]{\\}^$.\\*\\?|\\\\}", "x", "nothing else is special" },
	{ "${A#\\x}", NULL, "an escape that is none" },
	{ "${A#\\", NULL, "an escape at the end" },

	{ "${PATH_/usr/opt}", "/opt/local/bin", "/ first" },
	{ "${FILE/./-}", "a-tar.gz", "/ only the first" },
	{ "${FILE//./-}", "a-tar-gz", "// all" },
	{ "${FILE/.*/}", "a", "/ longest" },
	{ "${FILE/x/y}", "a.tar.gz", "/ no match" },
	{ "${FILE/a/$A}", "one.tar.gz", "a variable in a replacement" },
	{ "${SLASHES/$NEEDLE/.} ${SLASHES//$NEEDLE/.}",
	  "/foo.*/*.txt /foo..*.txt", "a variable as pattern" },
	{ "${PATH_//\\//\\/}", "\\/usr\\/local\\/bin",
	  "escapes of a replacement stay" },
	{ "${A//e/}", "on", "an empty replacement" },
	{ "${A//$NONE/-}", "-o-n-e-", "an empty pattern is everywhere" },
	{ "${A/$NONE/-}", "-one", "and first before all" },
	{ "${A///}", "one", "nothing by nothing" },
	{ "${A//*/x}", "x", "all by one" },
	{ "${NONE/a/b}", "", "an unset value" },
	{ "${A/n}", NULL, "no replacement" },
	{ "${A//", NULL, "no pattern" },
	{ "${A/n/x", NULL, "no brace behind a replacement" },

	{ "${A", NULL, "no end" },
	{ "${", NULL, "nothing at all" },
	{ "${}", NULL, "no name" },
	{ "${{A}}", NULL, "two braces" },
	{ "${:-x}", NULL, "an operator without a name" },
	{ "${A:-x", NULL, "no end of a default" },
	{ "${A:", NULL, "no operator" },
	{ "${A=x}", NULL, "an operator docker has not" },
	{ "${A:=x}", NULL, "nor with a colon" },
	{ "${A:/x/y}", NULL, "/ takes no colon" },
	{ "${A^^}", NULL, "bash's" },
	{ "${A:-'}", NULL, "an open quote in a default" },
};

static void test_expand__words(void **state)
{
	const struct expand_scope scope = { .lookup = lookup, .escape = '\\' };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *out = NULL;

		if (expand_word(rows[i].word, &scope, 0, &out, &err) < 0) {
			if (rows[i].expanded)
				fail_msg("%s: %s", rows[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_INVALID);
		} else if (!rows[i].expanded ||
			   strcmp(out, rows[i].expanded) != 0) {
			fail_msg("%s: %s", rows[i].why, out);
		}
	}
}

static const struct {
	const char *word;
	unsigned flags;
	const char *expanded;
	const char *why;
} flagged[] = {
	{ "\"$A\" 'b'\\ c", EXPAND_KEEP_QUOTES, "\"one\" 'b' c",
	  "quotes stay" },
	{ "a\\ b\"\\$\\x\"", EXPAND_KEEP_ESCAPES, "a\\ b\\$\\x",
	  "escapes stay" },
	{ "\"$A\" it's \\$A", EXPAND_NO_QUOTES, "\"one\" it's $A",
	  "quotes are plain" },
	{ "$A $N ${N} ${N:-a} ${N/a/b} ${N//a/b} ${N%%a}", EXPAND_KEEP_UNSET,
	  "one $N ${N} ${N:-a} ${N/a/b} ${N//a/b} ${N%%a}",
	  "what is unset stays" },
};

static void test_expand__flags(void **state)
{
	const struct expand_scope scope = { .lookup = lookup, .escape = '\\' };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(flagged); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *out = NULL;

		if (expand_word(flagged[i].word, &scope, flagged[i].flags, &out,
				&err) < 0)
			fail_msg("%s: %s", flagged[i].why, err.msg);
		if (strcmp(out, flagged[i].expanded) != 0)
			fail_msg("%s: %s", flagged[i].why, out);
	}
}

static const struct {
	const char *text;
	const char *words; /* joined by "|"; NULL: refused */
	const char *why;
} splits[] = {
	{ "a b  c", "a|b|c", "blanks" },
	{ " a\t", "a", "around" },
	{ "", "", "nothing" },
	{ "$TWO", "a|b|c", "a value is split" },
	{ "\"$TWO\"", "a b  c", "not in quotes" },
	{ "x$TWO", "xa|b|c", "a value joins what is before" },
	{ "'a b' c\\ d", "a b|c d", "quotes and escapes keep together" },
	{ "$NONE a", "a", "nothing is no word" },
	{ "'a", NULL, "an open quote" },
};

static void test_expand__splits(void **state)
{
	const struct expand_scope scope = { .lookup = lookup, .escape = '\\' };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(splits); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strvec_release) struct strvec words = STRVEC_INIT;
		autoclean(strbuf_release) struct strbuf joined = STRBUF_INIT;

		if (expand_words(splits[i].text, &scope, &words, &err) < 0) {
			if (splits[i].words)
				fail_msg("%s: %s", splits[i].why, err.msg);
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

static void test_expand__other_escape(void **state)
{
	const struct expand_scope scope = { .lookup = lookup, .escape = '`' };
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *out = NULL;

	(void)state;
	assert_int_equal(expand_word("C:\\x`$A \"`\"\"", &scope, 0, &out, &err),
			 0);
	assert_string_equal(out, "C:\\x$A \"");
}

static void test_expand__tells_what_was_used(void **state)
{
	autoclean(strvec_release) struct strvec used = STRVEC_INIT;
	autoclean(strvec_release) struct strvec missing = STRVEC_INIT;
	const struct expand_scope scope = { .lookup = lookup,
					    .escape = '\\',
					    .used = &used,
					    .missing = &missing };
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *out = NULL;

	(void)state;
	assert_int_equal(expand_word("$A${X:-$Y}$A\"$X\"'$Z'\\$Z", &scope, 0,
				     &out, &err),
			 0);
	assert_int_equal(used.count, 1);
	assert_string_equal(used.items[0], "A");
	assert_int_equal(missing.count, 2);
	assert_string_equal(missing.items[0], "X");
	assert_string_equal(missing.items[1], "Y");
}

static void test_expand__messages(void **state)
{
	static const struct {
		const char *word, *message;
	} messages[] = {
		{ "${V:?set V, $A}", "\"${V:?set V, $A}\": V: set V, one" },
		{ "${V?}", "\"${V?}\": V: is not allowed to be unset" },
		{ "${EMPTY:?}",
		  "\"${EMPTY:?}\": EMPTY: is not allowed to be empty" },
		{ "${A:=x}",
		  "\"${A:=x}\": unsupported modifier (:=) in substitution" },
		{ "${A:-x", "\"${A:-x\": syntax error: missing '}'" },
		{ "${A/x", "\"${A/x\": syntax error: missing '/' in ${}" },
		{ "'a", "\"'a\": unexpected end of statement while looking "
			"for matching single-quote" },
	};
	const struct expand_scope scope = { .lookup = lookup, .escape = '\\' };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *out = NULL;

		assert_int_equal(
			expand_word(messages[i].word, &scope, 0, &out, &err),
			-1);
		assert_string_equal(err.msg, messages[i].message);
	}
}

static const char *long_value(void *payload, const char *name)
{
	(void)name;
	return payload;
}

static void test_expand__growth_is_bounded(void **state)
{
	autofree char *value = xcalloc(1, 4096);
	const struct expand_scope scope = { .lookup = long_value,
					    .payload = value,
					    .escape = '\\' };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf word = STRBUF_INIT;
	autofree char *out = NULL;

	(void)state;
	memset(value, 'x', 4095);
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&word, "$A");
	assert_int_equal(expand_word(word.text, &scope, 0, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	strbuf_truncate(&word, 0);
	strbuf_addstr(&word, "${A//x/");
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&word, "x");
	strbuf_addstr(&word, "}");
	assert_int_equal(expand_word(word.text, &scope, 0, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	strbuf_truncate(&word, 0);
	for (int i = 0; i < 100000; i++)
		strbuf_addstr(&word, "${N-");
	assert_int_equal(expand_word(word.text, &scope, 0, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand__words),
		cmocka_unit_test(test_expand__flags),
		cmocka_unit_test(test_expand__splits),
		cmocka_unit_test(test_expand__other_escape),
		cmocka_unit_test(test_expand__tells_what_was_used),
		cmocka_unit_test(test_expand__messages),
		cmocka_unit_test(test_expand__growth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
