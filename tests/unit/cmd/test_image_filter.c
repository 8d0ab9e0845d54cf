/* SPDX-License-Identifier: Apache-2.0 */
/* Which images, and names of them, each filter leaves. */
#include "cmd/front/image_filter.h"

#include "base/clock.h"
#include "tests/unit/cmd/image_sample.h"
#include "tests/unit/layers/store_fixture.h"

#define HUB "docker.io/library/"
#define LABELLED(value) "{\"config\":{\"Labels\":{\"k\":\"" value "\"}}}"

static const struct image_sample samples[] = {
	{ '1', HUB "x:1 " HUB "x:2 h:5000/a/y:1", LABELLED("one"), 10, 0 },
	{ '2', "", LABELLED("two"), 20, 0 },
	{ '3', HUB "z@sha256:" SAMPLE_HEX("a"), NULL, 30, 0 },
	{ '4', HUB "w:1", "{\"config\":{\"Labels\":7}}", 0, 0 },
};

static const struct {
	const char *why;
	const char *filters;  /* blank between them */
	const char *expected; /* first digits of the ids */
} cases[] = {
	{ "none", "", "1234" },
	{ "dangling ones have no tag", "dangling=true", "23" },
	{ "not dangling ones have a name", "dangling=false", "134" },
	{ "a label", "label=k", "12" },
	{ "a label's value", "label=k=two", "2" },
	{ "all labels must match", "label=k label=q", "" },
	{ "a label not", "label!=k=one", "234" },
	{ "name and tag", "reference=x:1", "1" },
	{ "name alone", "reference=w", "4" },
	{ "a star ends at a slash", "reference=h:5000/*", "" },
	{ "a star within", "reference=h:5000/*/y", "1" },
	{ "either reference", "reference=w reference=z", "34" },
	{ "reference and label", "reference=x label=k=two", "" },
};

/* Blank-separated "key=value" items. */
static void fill(struct filter *filter, const char *text, struct error *err)
{
	autofree char *items = xstrdup(text);
	char *next = items;
	char *item;

	while ((item = strsep(&next, " ")))
		expect_ok(filter_set(filter, item, err), err);
}

static void test_image_filter__leaves(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoclean(image_entries_release) struct image_entries entries =
			image_sample_list(samples, 4);
		autoclean(filter_release) struct filter given = FILTER_INIT;
		struct image_filter filter;
		char left[8] = "";

		fill(&given, cases[i].filters, err);
		expect_ok(image_filter_init(&filter, fixture->store, &given, 0,
					    err),
			  err);
		image_filter_apply(&filter, &entries);
		for (size_t j = 0; j < entries.count; j++)
			left[j] = digest_hex(&entries.items[j].record.id)[0];
		if (strcmp(left, cases[i].expected) != 0)
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(left, cases[i].expected);
	}
}

static void test_image_filter__drops_names_too(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(image_entries_release) struct image_entries entries =
		image_sample_list(samples, 4);
	autoclean(filter_release) struct filter given = FILTER_INIT;
	struct image_filter filter;

	fill(&given, "reference=x:2", &fixture->err);
	expect_ok(image_filter_init(&filter, fixture->store, &given, 0,
				    &fixture->err),
		  &fixture->err);
	image_filter_apply(&filter, &entries);
	assert_int_equal(entries.count, 1);
	assert_int_equal(entries.items[0].tags.count, 1);
	assert_string_equal(entries.items[0].tags.items[0], HUB "x:2");
}

static void test_image_filter__times_are_strict(void **state)
{
	autoclean(image_entries_release) struct image_entries entries =
		image_sample_list(samples, 4);
	struct filter given = FILTER_INIT;
	struct image_filter filter = { .given = &given,
				       .has_before = true,
				       .before = { 30, 0 },
				       .has_since = true,
				       .since = { 10, 0 } };

	(void)state;
	image_filter_apply(&filter, &entries);
	assert_int_equal(entries.count, 1);
	assert_int_equal(entries.items[0].created, 20);
}

/* Of two images with the same time, the one with more layers is later. */
static void test_image_filter__layers_decide_between_equal_times(void **state)
{
	autoclean(image_entries_release) struct image_entries entries =
		image_sample_list(samples, 4);
	struct filter given = FILTER_INIT;
	struct image_filter filter = { .given = &given,
				       .has_since = true,
				       .since = { 20, 0 } };

	(void)state;
	for (size_t i = 0; i < entries.count; i++) {
		entries.items[i].created = 20;
		entries.items[i].record.layer_count = i % 2;
	}
	image_filter_apply(&filter, &entries);
	for (size_t i = 0; i < entries.count; i++)
		assert_int_equal(entries.items[i].record.layer_count, 1);
	assert_int_equal(entries.count, 2);
	for (size_t i = 0; i < entries.count; i++)
		entries.items[i].record.layer_count = 0; /* nothing is owned */
}

static const struct {
	const char *filter;
	enum error_kind kind;
	const char *message;
} failures[] = {
	{ "nonsense=1", ERROR_INVALID, "invalid filter 'nonsense'" },
	{ "dangling=x", ERROR_INVALID, "invalid filter 'dangling=[x]'" },
	{ "before=nosuch", ERROR_NOT_FOUND, "No such image: nosuch:latest" },
	{ "since=nosuch", ERROR_NOT_FOUND, "No such image: nosuch:latest" },
};

static void test_image_filter__refuses(void **state)
{
	struct store_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		autoclean(filter_release) struct filter given = FILTER_INIT;
		struct image_filter filter;

		fill(&given, failures[i].filter, &fixture->err);
		assert_int_equal(image_filter_init(&filter, fixture->store,
						   &given, 0, &fixture->err),
				 -1);
		assert_int_equal(fixture->err.kind, failures[i].kind);
		assert_string_equal(fixture->err.msg, failures[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_filter__leaves),
		STORE_TEST(test_image_filter__drops_names_too),
		STORE_TEST(test_image_filter__times_are_strict),
		STORE_TEST(
			test_image_filter__layers_decide_between_equal_times),
		STORE_TEST(test_image_filter__refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
