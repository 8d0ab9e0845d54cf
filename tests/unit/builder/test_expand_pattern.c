/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns within ${}: shortest, longest, all. */
#include "builder/language/expand_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *value, *pattern;
	const char *shortest, *longest; /* what is left of a prefix */
	const char *suffix, *long_suffix;
	const char *why;
} trims[] = {
	{ "abab", "ab", "ab", "ab", "ab", "ab", "plain" },
	{ "abab", "*", "abab", "", "abab", "", "all or nothing" },
	{ "abab", "*b", "ab", "", "aba", "", "star before" },
	{ "abab", "a*", "bab", "", "ab", "", "star behind" },
	{ "abab", "a*b", "ab", "", "ab", "", "star between" },
	{ "abcabc", "*b*c", "abc", "", "abca", "", "two stars" },
	{ "abcabc", "?b", "cabc", "cabc", "abcabc", "abcabc", "any" },
	{ "abc", "", "abc", "abc", "abc", "abc", "nothing" },
	{ "", "*", "", "", "", "", "of nothing" },
	{ "", "a", "", "", "", "", "no match in nothing" },
	{ "abc", "abcd", "abc", "abc", "abc", "abc", "longer than it" },
	{ "a*c", "a\\*", "c", "c", "a*c", "a*c", "an escaped star" },
	{ "a?b", "?\\?", "b", "b", "a?b", "a?b", "an escaped any" },
	{ "a\\b", "a\\\\", "b", "b", "a\\b", "a\\b", "an escaped escape" },
	{ "äöü", "?", "öü", "öü", "äö", "äö", "runes" },
	{ "\xff\xfe", "\xff", "\xfe", "\xfe", "\xff\xfe", "\xff\xfe",
	  "bytes that are no UTF-8" },
	{ "aXbXc", "*X*", "bXc", "", "aXb", "", "stars around" },
};

static void expect(const char *why, const char *expected,
		   const struct strbuf *out)
{
	if (strcmp(out->text, expected) != 0)
		fail_msg("%s: %s instead of %s", why, out->text, expected);
}

static void test_expand_pattern__trims(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(trims); i++) {
		const char *value = trims[i].value;
		const char *pattern = trims[i].pattern;

		for (int longest = 0; longest < 2; longest++) {
			autoclean(error_release) struct error err = ERROR_INIT;
			autoclean(strbuf_release) struct strbuf prefix =
				STRBUF_INIT;
			autoclean(strbuf_release) struct strbuf suffix =
				STRBUF_INIT;

			assert_int_equal(
				expand_pattern_trim_prefix(
					value, pattern, longest, &prefix, &err),
				0);
			assert_int_equal(
				expand_pattern_trim_suffix(
					value, pattern, longest, &suffix, &err),
				0);
			expect(trims[i].why,
			       longest ? trims[i].longest : trims[i].shortest,
			       &prefix);
			expect(trims[i].why,
			       longest ? trims[i].long_suffix : trims[i].suffix,
			       &suffix);
		}
	}
}

static void test_expand_pattern__replaces(void **state)
{
	static const struct {
		const char *value, *pattern, *with;
		const char *first, *all;
		const char *why;
	} rows[] = {
		{ "aaa", "a", "b", "baa", "bbb", "plain" },
		{ "aaa", "aa", "b", "ba", "ba", "side by side" },
		{ "abcabc", "b*c", "x", "ax", "ax", "the longest" },
		{ "abcabd", "b?", "x", "axabd", "axax", "any" },
		{ "abc", "x", "y", "abc", "abc", "no match" },
		{ "abc", "", "-", "-abc", "-a-b-c-", "nothing" },
		{ "abc", "*", "-", "-", "-", "all" },
		{ "a\\b", "\\\\", "/", "a/b", "a/b", "an escape" },
		{ "a/b}c", "\\/", "", "ab}c", "ab}c", "an escaped slash" },
		{ "a/b}c", "\\}", "", "a/bc", "a/bc", "an escaped brace" },
		{ "äöä", "ä", "a", "aöä", "aöa", "runes" },
		{ "", "", "x", "x", "x", "nothing in nothing" },
		{ "xab", "a*b*c", "y", "xab", "xab", "the last part misses" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (int all = 0; all < 2; all++) {
			autoclean(error_release) struct error err = ERROR_INIT;
			autoclean(strbuf_release) struct strbuf out =
				STRBUF_INIT;

			assert_int_equal(expand_pattern_replace(
						 rows[i].value, rows[i].pattern,
						 rows[i].with, all, &out, &err),
					 0);
			expect(rows[i].why, all ? rows[i].all : rows[i].first,
			       &out);
		}
	}
}

static void test_expand_pattern__refuses(void **state)
{
	static const char *const bad[] = { "\\", "\\x", "a\\", "\\ä",
					   "\\\\\\" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		if (expand_pattern_trim_prefix("a", bad[i], false, &out,
					       &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

/* Tries of every star would never end here. */
static void test_expand_pattern__costs_little(void **state)
{
	autofree char *value = xcalloc(1, 100001);
	autofree char *stars = xcalloc(1, 4097);
	autofree char *too_long = xcalloc(1, 4098);
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	memset(value, 'a', 100000);
	for (size_t i = 0; i < 2000; i++)
		memcpy(stars + 2 * i, "*a", 2);
	stars[4000] = 'b';
	assert_int_equal(
		expand_pattern_replace(value, stars, "x", true, &out, &err), 0);
	assert_int_equal(out.length, 100000);
	memset(too_long, 'a', 4097);
	assert_int_equal(
		expand_pattern_trim_prefix(value, too_long, true, &out, &err),
		-1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand_pattern__trims),
		cmocka_unit_test(test_expand_pattern__replaces),
		cmocka_unit_test(test_expand_pattern__refuses),
		cmocka_unit_test(test_expand_pattern__costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
