/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's matching rules; the error texts are docker 26's. */
#include "cmd/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct filter make(const char *const *texts)
{
	struct filter filter = FILTER_INIT;
	struct error err = ERROR_INIT;

	for (; *texts; texts++)
		assert_int_equal(filter_set(&filter, *texts, &err), 0);
	return filter;
}

typedef bool match(const struct filter *, const char *, const char *);

static const struct {
	const char *why;
	match *match;
	const char *filters[3];
	const char *text;
	bool expected;
} cases[] = {
	{ "absent", filter_match_exact, { NULL }, "x", true },
	{ "other key", filter_match_exact, { "b=y" }, "x", true },
	{ "equal", filter_match_exact, { "a=x" }, "x", true },
	{ "not equal", filter_match_exact, { "a=x" }, "xy", false },
	{ "same key is or", filter_match_exact, { "a=y", "a=x" }, "x", true },
	{ "key is trimmed and lowered",
	  filter_match_exact,
	  { " A = x " },
	  "x",
	  true },
	{ "value keeps its =", filter_match_exact, { "a=x=y" }, "x=y", true },
	{ "prefix", filter_match_prefix, { "a=deb" }, "debian", true },
	{ "no prefix", filter_match_prefix, { "a=bian" }, "debian", false },
	{ "found inside", filter_match_regex, { "a=bia" }, "debian", true },
	{ "anchored", filter_match_regex, { "a=^bia" }, "debian", false },
	{ "classes", filter_match_regex, { "a=^w\\d+$" }, "w12", true },
	{ "bad expression, equal text",
	  filter_match_regex,
	  { "a=[" },
	  "[",
	  true },
	{ "bad expression", filter_match_regex, { "a=[" }, "x", false },
	{ "name with a slash", filter_match_name, { "a=^/web$" }, "web", true },
	{ "name without", filter_match_name, { "a=^web$" }, "web", true },
	{ "other name", filter_match_name, { "a=^web$" }, "web2", false },
	{ "glob", filter_match_glob, { "a=deb*:1?" }, "debian:12", true },
	{ "a star stops at a slash",
	  filter_match_glob,
	  { "a=*debian" },
	  "x/debian",
	  false },
	{ "classes in globs",
	  filter_match_glob,
	  { "a=*/[a-d]*" },
	  "x/debian",
	  true },
};

static void test_filter__matches_as_docker(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct filter filter = make(cases[i].filters);

		if (cases[i].match(&filter, "a", cases[i].text) !=
		    cases[i].expected)
			fail_msg("row: %s", cases[i].why);
		filter_release(&filter);
	}
}

static const struct {
	const char *why;
	const char *filters[3];
	bool expected;
} label_cases[] = {
	{ "none", { NULL }, true },
	{ "key", { "label=a" }, true },
	{ "key and value", { "label=a=1" }, true },
	{ "wrong value", { "label=a=2" }, false },
	{ "empty value", { "label=a=" }, false },
	{ "both there", { "label=a", "label=b=2" }, true },
	{ "one missing", { "label=a", "label=c" }, false },
	{ "excluded", { "label!=a" }, false },
	{ "excluded by value", { "label!=a=2" }, true },
	{ "excluded only by all", { "label!=a", "label!=c" }, true },
};

static void test_filter__needs_every_label(void **state)
{
	json_t *labels = json_pack("{s:s,s:s}", "a", "1", "b", "2");

	(void)state;
	for (size_t i = 0; i < COUNT(label_cases); i++) {
		struct filter filter = make(label_cases[i].filters);

		if (filter_allows_labels(&filter, labels) !=
		    label_cases[i].expected)
			fail_msg("row: %s", label_cases[i].why);
		filter_release(&filter);
	}
	json_decref(labels);
}

static void test_filter__without_labels_none_matches(void **state)
{
	static const char *const texts[] = { "label=a", NULL };
	struct filter filter = make(texts);

	(void)state;
	assert_false(filter_match_labels(&filter, "label", NULL));
	filter_release(&filter);
}

static void test_filter__refuses_what_it_does_not_know(void **state)
{
	static const char *const accepted[] = { "name", "dangling", NULL };
	static const char *const good[] = { "name=x", "dangling=1", NULL };
	static const char *const bad[] = { "name=x", "foo=1", NULL };
	static const char *const empty[] = { "=x", NULL };
	struct filter filter = make(good);
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(filter_check(&filter, accepted, &err), 0);
	filter_release(&filter);
	filter = make(bad);
	assert_int_equal(filter_check(&filter, accepted, &err), -1);
	assert_string_equal(err.msg, "invalid filter 'foo'");
	filter_release(&filter);
	filter = make(empty);
	assert_int_equal(filter_check(&filter, accepted, &err), -1);
	assert_string_equal(err.msg, "invalid filter");
	assert_int_equal(filter_set(&filter, "x", &err), -1);
	assert_string_equal(err.msg,
			    "bad format of filter (expected name=value)");
	error_release(&err);
	filter_release(&filter);
}

static void test_filter__reads_booleans(void **state)
{
	static const struct {
		const char *filters[3];
		int value; /* -1: an error */
		const char *error;
	} rows[] = {
		{ { NULL }, 1, NULL },
		{ { "d=true" }, 1, NULL },
		{ { "d=0" }, 0, NULL },
		{ { "d=x" }, -1, "invalid filter 'd=[x]'" },
		{ { "d=1", "d=false" }, -1, "invalid filter 'd=[1 false]'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct filter filter = make(rows[i].filters);
		struct error err = ERROR_INIT;
		bool value = true;
		int result = filter_bool(&filter, "d", &value, &err);

		assert_int_equal(result < 0 ? -1 : value, rows[i].value);
		if (result < 0)
			assert_string_equal(err.msg, rows[i].error);
		error_release(&err);
		filter_release(&filter);
	}
}

static void test_filter__reads_times(void **state)
{
	static const char *const once[] = { "until=10", NULL };
	static const char *const twice[] = { "until=1h", "until=2h", NULL };
	struct filter filter = make(once);
	struct error err = ERROR_INIT;
	int64_t time = 5;

	(void)state;
	assert_int_equal(filter_time(&filter, "since", 0, &time, &err), 0);
	assert_int_equal(time, 5);
	assert_int_equal(filter_time(&filter, "until", 0, &time, &err), 0);
	assert_int_equal(time, 10000000000);
	filter_release(&filter);
	filter = make(twice);
	assert_int_equal(filter_time(&filter, "until", 0, &time, &err), -1);
	assert_string_equal(err.msg, "more than one until filter specified");
	error_release(&err);
	filter_release(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter__matches_as_docker),
		cmocka_unit_test(test_filter__needs_every_label),
		cmocka_unit_test(test_filter__without_labels_none_matches),
		cmocka_unit_test(test_filter__refuses_what_it_does_not_know),
		cmocka_unit_test(test_filter__reads_booleans),
		cmocka_unit_test(test_filter__reads_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
