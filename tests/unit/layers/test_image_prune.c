/* SPDX-License-Identifier: Apache-2.0 */
/* What a prune takes and what it leaves. */
#include "layers/image/image_prune.h"

#include "base/clock.h"
#include "base/jsonx.h"
#include "tests/unit/layers/container_fixture.h"

enum what { TAGGED = 1, USED = 2, ALL = 4 };

static const struct {
	unsigned what;
	const char *until; /* NULL: no such filter */
	const char *label; /* the same */
	const char *not_label;
	bool takes;
	const char *why;
} rows[] = {
	{ 0, NULL, NULL, NULL, true, "dangling" },
	{ TAGGED, NULL, NULL, NULL, false, "tagged" },
	{ TAGGED | ALL, NULL, NULL, NULL, true, "tagged, but all" },
	{ USED, NULL, NULL, NULL, false, "used" },
	{ USED | ALL, NULL, NULL, NULL, false, "used, and all" },
	{ 0, "2024-01-02T00:00:00Z", NULL, NULL, true, "old enough" },
	{ 0, "2024-01-01T00:00:00Z", NULL, NULL, false, "of that moment" },
	{ 0, NULL, "a", NULL, true, "has the label" },
	{ 0, NULL, "a=b", NULL, true, "has the value" },
	{ 0, NULL, "a=c", NULL, false, "has another value" },
	{ 0, NULL, "aa", NULL, false, "has it not" },
	{ 0, NULL, "a=", NULL, false, "an empty value is a value" },
	{ 0, NULL, NULL, "a", false, "has what it may not" },
	{ 0, NULL, NULL, "a=c", true, "has not that value" },
	{ 0, NULL, "a", "z", true, "both hold" },
};

static void test_image_prune__decides(void **state)
{
	static const char text[] =
		"{\"created\":\"2024-01-01T00:00:00Z\","
		"\"config\":{\"Labels\":{\"a\":\"b\",\"n\":5}}}";
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *config = NULL;

	(void)state;
	assert_int_equal(jsonx_parse(text, strlen(text), "x", &config, &err),
			 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(image_prune_filter_release) struct image_prune_filter
			filter = IMAGE_PRUNE_FILTER_INIT;
		struct image_prune_fact fact = {
			.is_tagged = rows[i].what & TAGGED,
			.is_used = rows[i].what & USED,
			.config = config,
		};

		filter.all = rows[i].what & ALL;
		if (rows[i].until) {
			filter.has_until = true;
			assert_int_equal(
				clock_parse(rows[i].until, &filter.until, &err),
				0);
		}
		if (rows[i].label)
			strvec_add(&filter.labels, rows[i].label);
		if (rows[i].not_label)
			strvec_add(&filter.no_labels, rows[i].not_label);
		if (image_prune_takes(&filter, &fact) != rows[i].takes)
			fail_msg("%s", rows[i].why);
	}
}

static void test_image_prune__without_a_date_it_is_new(void **state)
{
	struct image_prune_filter filter = { .has_until = true,
					     .until = INT64_MAX };
	struct image_prune_fact fact = { .config = NULL };

	(void)state;
	assert_false(image_prune_takes(&filter, &fact));
	filter.has_until = false;
	assert_true(image_prune_takes(&filter, &fact));
}

static void test_image_prune__plans_over_the_store(void **state)
{
	static const char *const layers[] = { "one" };
	struct store_fixture *fixture = *state;
	struct digest tagged = put_image(fixture, "tagged", layers, 1);
	struct digest used = put_image(fixture, "used", layers, 1);
	struct digest dangling = put_image(fixture, "dangling", layers, 1);
	struct digest damaged = put_image(fixture, "damaged", layers, 1);
	autofree char *uses = xasprintf("{\"image\":\"%s\"}", used.text);
	autofree char *path = xasprintf("images/%.2s/%s/record.json",
					digest_hex(&damaged),
					digest_hex(&damaged));
	struct image_prune_filter filter = IMAGE_PRUNE_FILTER_INIT;
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	put_name(fixture, &tagged, "x:1");
	free(put_container(fixture, "aa", uses));
	damage(fixture, path, "");
	expect_ok(
		image_prune_plan(fixture->store, &filter, &ids, &fixture->err),
		&fixture->err);
	assert_int_equal(ids.count, 1);
	assert_string_equal(ids.items[0], dangling.text);
	strvec_release(&ids);
	filter.all = true;
	expect_ok(
		image_prune_plan(fixture->store, &filter, &ids, &fixture->err),
		&fixture->err);
	assert_int_equal(ids.count, 2);
	assert_false(strvec_has(&ids, used.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_prune__decides),
		cmocka_unit_test(test_image_prune__without_a_date_it_is_new),
		STORE_TEST(test_image_prune__plans_over_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
