/* SPDX-License-Identifier: Apache-2.0 */
/* Ignore files as docker reads them. */
#include "builder/language/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *file;
	const char *path;
	bool ignored;
	const char *why;
} rows[] = {
	{ "", "a", false, "nothing" },
	{ "# a\n", "a", false, "a comment" },
	{ "# a\n", "# a", false, "is no pattern" },
	{ " #a\n", "#a", true, "not behind a blank" },
	{ "\n  \n\t\na\n", "a", true, "blank lines" },
	{ "a", "a", true, "no newline at the end" },
	{ "a\r\nb\r\n", "a", true, "CRLF" },
	{ "\xef\xbb\xbf"
	  "a\n",
	  "a", true, "a BOM" },
	{ "  a b \n", "a b", true, "blanks around, not within" },
	{ "/a\n", "a", true, "a slash before" },
	{ "a/\n", "a", true, "a slash behind, also a file" },
	{ "./a\n", "a", true, "a dot before" },
	{ "a//b/./c\n", "a/b/c", true, "cleaned" },
	{ "x/../a\n", "a", true, "inner .. resolved" },
	{ "../a\n", "a", false, "outer .. is outside" },
	{ "..\n.\n/\n", "a", false, "the context itself is never ignored" },
	{ "a\n", "b/a", false, "from the top only" },
	{ "a\n", "a/b/c", true, "all below a folder" },
	{ "a\n", "ab", false, "no prefix" },
	{ "a/b\n", "a", false, "not the folder above" },
	{ "*\n", "a/b", true, "everything" },
	{ "*.md\n", "a.md", true, "a suffix" },
	{ "*.md\n", "x/a.md", false, "at the top only" },
	{ "*/*.md\n", "x/a.md", true, "one below" },
	{ "**/*.md\n", "x/y/a.md", true, "anywhere" },
	{ "a?c\n", "abc", true, "any" },
	{ "[a-c]\n", "b", true, "a set" },
	{ "a\\*\n", "a*", true, "an escape" },
	{ "a\\*\n", "ab", false, "is no wildcard" },
	{ "A\n", "a", false, "case counts" },

	{ "*\n!a\n", "a", false, "taken back" },
	{ "*\n! a\n", "a", false, "with a blank" },
	{ "*\n!/a\n", "a", false, "with a slash" },
	{ "*\n!a\n", "b", true, "but only that" },
	{ "!a\n*\n", "a", true, "the last one counts" },
	{ "*\n!a\n", "a/b", false, "all below, too" },
	{ "*\n!a\na/b\n", "a/b", true, "and ignored once more" },
	{ "*\n!a\na/b\n", "a/c", false, "the others not" },
	{ "a\n!a/b\n", "a/b", false, "within an ignored folder" },
	{ "a\n!a/b\n", "a/c", true, "its neighbour" },
	{ "*.md\n!README*.md\nREADME-secret.md\n", "README.md", false,
	  "docker's example" },
	{ "*.md\n!README*.md\nREADME-secret.md\n", "README-secret.md", true,
	  "docker's example, the last line" },
	{ "*.md\nREADME-secret.md\n!README*.md\n", "README-secret.md", false,
	  "docker's other example" },
	{ "!a\n", "a", false, "nothing to take back" },
	{ "**\n!**/*.go\n", "x/y.go", false, "by suffix" },
	{ "**\n!**/*.go\n", "x/y.c", true, "not that suffix" },
	{ "!!a\n", "!a", false, "twice is once and a name" },
	{ "\\!a\n", "!a", true, "an escaped one is a name" },
};

static void test_ignore__last_match_wins(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;

		if (ignore_parse(".dockerignore", rows[i].file,
				 strlen(rows[i].file), &ignore, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (ignore_is_ignored(&ignore, rows[i].path) != rows[i].ignored)
			fail_msg("%s", rows[i].why);
	}
}

static const struct {
	const char *file;
	const char *folder; /* ignored */
	bool reaches;
	const char *why;
} walks[] = {
	{ "a\n", "a", false, "nothing is taken back" },
	{ "*\n!b\n", "a", false, "another folder" },
	{ "*\n!a/b\n", "a", true, "one below" },
	{ "*\n!a/b/c\n", "a/b", true, "one further below" },
	{ "*\n!a/b/c\n", "a/x", false, "not on the way" },
	{ "*\n!ab/c\n", "a", false, "no prefix of a name" },
	{ "*\n!*/b\n", "a", true, "by a wildcard" },
	{ "*\n!*/b\n", "a/x", false, "a wildcard of another depth" },
	{ "*\n!**/b\n", "a/x/y", true, "anywhere" },
	{ "!a/b\n*\n", "a", false, "taken back too early" },
	{ "*\n!a/b\na\n", "a", false, "and ignored again as a whole" },
	{ "*\n!a/b\na/*\n", "a", true, "again, but in parts" },
	{ "*\n!a/**\n", "a", true, "all below" },
};

static void test_ignore__folders_to_walk(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(walks); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;

		assert_int_equal(ignore_parse("x", walks[i].file,
					      strlen(walks[i].file), &ignore,
					      &err),
				 0);
		assert_true(ignore_is_ignored(&ignore, walks[i].folder));
		if (ignore_may_reach(&ignore, walks[i].folder) !=
		    walks[i].reaches)
			fail_msg("%s", walks[i].why);
	}
}

static void test_ignore__errors_name_the_line(void **state)
{
	static const struct {
		const char *file, *message;
	} bad[] = {
		{ "a\n!\n",
		  ".dockerignore:2: illegal exclusion pattern: \"!\"" },
		{ "a\n\n[a\n",
		  ".dockerignore:3: syntax error in pattern \"[a\"" },
		{ "a\\", ".dockerignore:1: syntax error in pattern \"a\\\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;

		assert_int_equal(ignore_parse(".dockerignore", bad[i].file,
					      strlen(bad[i].file), &ignore,
					      &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INVALID);
		assert_string_equal(err.msg, bad[i].message);
	}
}

static void test_ignore__adds_one_by_one(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;

	(void)state;
	assert_int_equal(ignore_add(&ignore, "*.txt", &err), 0);
	assert_int_equal(ignore_add(&ignore, " ", &err), 0);
	assert_int_equal(ignore_add(&ignore, "# no comment here", &err), 0);
	assert_int_equal(ignore.count, 2);
	assert_true(ignore_is_ignored(&ignore, "a.txt"));
	assert_true(ignore_is_ignored(&ignore, "# no comment here"));
	assert_int_equal(ignore_add(&ignore, "[", &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

static void test_ignore__limits(void **state)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;

	(void)state;
	assert_int_equal(ignore_parse("x", "a\0b", 3, &ignore, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	for (int i = 0; i < 10001; i++)
		strbuf_addstr(&text, "a\n");
	assert_int_equal(
		ignore_parse("x", text.text, text.length, &ignore, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	while (text.length <= 1 << 20)
		strbuf_addstr(&text, "# much more than a file may have\n");
	assert_int_equal(
		ignore_parse("x", text.text, text.length, &ignore, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ignore__last_match_wins),
		cmocka_unit_test(test_ignore__folders_to_walk),
		cmocka_unit_test(test_ignore__errors_name_the_line),
		cmocka_unit_test(test_ignore__adds_one_by_one),
		cmocka_unit_test(test_ignore__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
