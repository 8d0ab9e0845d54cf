/* SPDX-License-Identifier: Apache-2.0 */
/* Wildcards of paths. */
#include "builder/language/path_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *pattern;
	const char *path;
	bool matches;
	const char *why;
} plain[] = {
	{ "abc", "abc", true, "plain" },
	{ "abc", "abcd", false, "the whole" },
	{ "*", "abc", true, "star" },
	{ "*", "", true, "star of nothing" },
	{ "*c", "abc", true, "star before" },
	{ "a*", "a", true, "star behind nothing" },
	{ "a*", "ab/c", false, "star keeps in a component" },
	{ "a*/b", "abc/b", true, "a star in a folder" },
	{ "a*/b", "a/c/b", false, "one folder" },
	{ "a*b*c*d*e*/f", "axbxcxdxe/f", true, "many stars" },
	{ "a*b*c*d*e*/f", "axbxcxdxexyz/f", true, "many stars, more" },
	{ "a*b*c*d*e*/f", "axbxcxdxe/xyz/f", false, "and a folder" },
	{ "a*b?c*x", "abxbbxdbxebxczzx", true, "back and forth" },
	{ "a*b?c*x", "abxbbxdbxebxczzy", false, "no way" },
	{ "a?c", "abc", true, "any" },
	{ "a?c", "a/c", false, "any but a slash" },
	{ "a?c", "aäc", true, "a rune" },
	{ "?", "\xff", true, "a byte that is no UTF-8" },
	{ "ab[c]", "abc", true, "a set" },
	{ "ab[b-d]", "abc", true, "a range" },
	{ "ab[e-g]", "abc", false, "out of it" },
	{ "ab[^c]", "abc", false, "not in a set" },
	{ "ab[^e-g]", "abc", true, "not in a range" },
	{ "a[^a]b", "aäb", true, "a rune not in a set" },
	{ "[a-ζ]*", "α", true, "a range of runes" },
	{ "[\\]a]", "]", true, "an escaped bracket in a set" },
	{ "[\\-x]", "-", true, "an escaped dash in a set" },
	{ "[x\\-]", "x", true, "a set with an escape" },
	{ "[*]", "*", true, "a star in a set" },
	{ "[!a]", "!", true, "an exclamation mark is itself" },
	{ "a\\*b", "a*b", true, "an escaped star" },
	{ "a\\*b", "axb", false, "is no wildcard" },
	{ "a\\\\b", "a\\b", true, "an escaped backslash" },
	{ "**", "a/b", false, "two stars are one" },
	{ "a]", "a]", true, "a lone closing bracket" },
};

static const struct {
	const char *pattern;
	const char *path;
	bool matches;
	const char *why;
} deep[] = {
	{ "**", "a", true, "all" },
	{ "**", "a/b/c", true, "all below" },
	{ "**/a", "a", true, "no folder" },
	{ "**/a", "x/y/a", true, "folders" },
	{ "**/a", "xa", false, "whole components" },
	{ "**a", "xa", true, "without a slash: any text before" },
	{ "**a", "x/ya", true, "also of a path" },
	{ "**a*", "xa", false, "but with a wildcard components" },
	{ "a/**", "a/b", true, "below" },
	{ "a/**", "a/b/c", true, "far below" },
	{ "a/**", "a", false, "not itself" },
	{ "a/**", "ab/c", false, "of that name" },
	{ "a**", "ab/c", true, "any text behind" },
	{ "a/**/b", "a/b", true, "nothing between" },
	{ "a/**/b", "a/x/y/b", true, "folders between" },
	{ "a/**/b", "a/xb", false, "whole ones" },
	{ "a/**/b", "axb", false, "a slash at least" },
	{ "a**b", "ab", true, "nothing between, no slash" },
	{ "a**b", "ax/b", true, "up to a slash" },
	{ "a**b", "axb", false, "not without one" },
	{ "**/*.go", "a.go", true, "a suffix" },
	{ "**/*.go", "x/y/a.go", true, "a suffix in a folder" },
	{ "**/*.go", "a.go/x", false, "the last component" },
	{ "**/a/**", "x/a/y", true, "before and behind" },
	{ "**/a/**", "a/y", true, "nothing before" },
	{ "**/a/**", "a", false, "something behind" },
	{ "a/**/*/b", "a/b", false, "one between" },
	{ "a/**/*/b", "a/x/b", true, "just one" },
	{ "**/[ab]?", "x/bc", true, "with sets" },
	{ "**/**/a", "a", true, "twice" },
	{ "**/a/**/b/**/c", "a/a/b/a/b/x/c", true, "several" },
	{ "**/a/**/b/**/c", "a/a/c/a/x/c", false, "one is missing" },
};

static bool match(const char *pattern, bool is_deep, const char *path,
		  const char *why)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(path_pattern_release) struct path_pattern compiled =
		PATH_PATTERN_INIT;

	if (path_pattern_parse(pattern, is_deep, &compiled, &err) < 0)
		fail_msg("%s: %s", why, err.msg);
	return path_pattern_matches(&compiled, path);
}

static void test_path_pattern__matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (match(plain[i].pattern, false, plain[i].path,
			  plain[i].why) != plain[i].matches)
			fail_msg("%s: %s, %s", plain[i].why, plain[i].pattern,
				 plain[i].path);
}

static void test_path_pattern__matches_deep(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(deep); i++)
		if (match(deep[i].pattern, true, deep[i].path, deep[i].why) !=
		    deep[i].matches)
			fail_msg("%s: %s, %s", deep[i].why, deep[i].pattern,
				 deep[i].path);
}

static void test_path_pattern__refuses(void **state)
{
	static const char *const bad[] = {
		"[",   "[]", "[a",  "[a-",  "[-a]",  "[a-]", "a\\",
		"[^]", "[^", "[\\", "a[b-", "[a-\\", "[]a]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(path_pattern_release) struct path_pattern pattern =
			PATH_PATTERN_INIT;

		if (path_pattern_parse(bad[i], true, &pattern, &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static void test_path_pattern__covers_and_reaches(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool covers, reaches;
	} rows[] = {
		{ "a", "a", true, false },
		{ "a", "a/b/c", true, false },
		{ "a", "ab", false, false },
		{ "a/b", "a", false, true },
		{ "a/b", "ab", false, false },
		{ "a*", "ax/y", true, false },
		{ "a*/b", "ax", false, true },
		{ "a*/b", "b", false, false },
		{ "*/b", "x/b/c", true, false },
		{ "**/b", "x/b/c", true, true },
		{ "**/b", "x", false, true },
		{ "x/**", "x", false, true },
		{ "x/**", "x/y", true, true },
		{ "x/**", "y", false, false },
		{ "?", "a/b", true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(path_pattern_release) struct path_pattern pattern =
			PATH_PATTERN_INIT;

		assert_int_equal(path_pattern_parse(rows[i].pattern, true,
						    &pattern, &err),
				 0);
		if (path_pattern_covers(&pattern, rows[i].path) !=
		    rows[i].covers)
			fail_msg("%s covers %s", rows[i].pattern, rows[i].path);
		if (path_pattern_reaches(&pattern, rows[i].path) !=
		    rows[i].reaches)
			fail_msg("%s reaches %s", rows[i].pattern,
				 rows[i].path);
	}
}

static void test_path_pattern__cleans(void **state)
{
	static const char *const rows[][2] = {
		{ "", "." },
		{ ".", "." },
		{ "/", "/" },
		{ "//", "/" },
		{ "a", "a" },
		{ "a/", "a" },
		{ "a//b", "a/b" },
		{ "./a/./b/.", "a/b" },
		{ "a/..", "." },
		{ "a/../b", "b" },
		{ "../a", "../a" },
		{ "a/../../b", "../b" },
		{ "../../a", "../../a" },
		{ "../..", "../.." },
		{ "/..", "/" },
		{ "/../a", "/a" },
		{ "/a/b/..", "/a" },
		{ "/a/..", "/" },
		{ "a/b/../..", "." },
		{ "abc/def/../ghi", "abc/ghi" },
		{ "...", "..." },
		{ "/a/../../b", "/b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autofree char *cleaned = path_pattern_clean(rows[i][0]);

		if (strcmp(cleaned, rows[i][1]) != 0)
			fail_msg("%s: %s", rows[i][0], cleaned);
	}
}

static void test_path_pattern__is_wild(void **state)
{
	(void)state;
	assert_false(path_pattern_is_wild("a/b.c"));
	assert_true(path_pattern_is_wild("a*"));
	assert_true(path_pattern_is_wild("a?"));
	assert_true(path_pattern_is_wild("[a]"));
	assert_true(path_pattern_is_wild("\\a"));
}

/* Tries of every star would never end here. */
static void test_path_pattern__costs_little(void **state)
{
	autofree char *path = xcalloc(1, 4096);
	autofree char *stars = xcalloc(1, 4096);
	autofree char *too_long = xcalloc(1, 4098);
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(path_pattern_release) struct path_pattern pattern =
		PATH_PATTERN_INIT;

	(void)state;
	memset(path, 'a', 4095);
	for (size_t i = 0; i < 1000; i++)
		memcpy(stars + 3 * i, "*a*", 3);
	stars[3000] = 'b';
	assert_false(match(stars, true, path, "stars"));
	for (size_t i = 0; i < 1000; i++)
		memcpy(stars + 4 * i, "**/a", 4);
	assert_false(match(stars, true, path, "double stars"));
	memset(too_long, 'a', 4097);
	assert_int_equal(path_pattern_parse(too_long, true, &pattern, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_pattern__matches),
		cmocka_unit_test(test_path_pattern__matches_deep),
		cmocka_unit_test(test_path_pattern__refuses),
		cmocka_unit_test(test_path_pattern__covers_and_reaches),
		cmocka_unit_test(test_path_pattern__cleans),
		cmocka_unit_test(test_path_pattern__is_wild),
		cmocka_unit_test(test_path_pattern__costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
