/* SPDX-License-Identifier: Apache-2.0 */
/* index.json follows the names. */
#include "layers/store/layout.h"

#include "base/jsonx.h"
#include "tests/unit/layers/store_fixture.h"

/* index.json as text. */
static char *index_text(struct store_fixture *fixture)
{
	struct strbuf text = STRBUF_INIT;

	expect_ok(fs_read_file(fixture->store->root_fd, "index.json", 1 << 20,
			       &text, &fixture->err),
		  &fixture->err);
	return strbuf_steal(&text);
}

static void put(struct store_fixture *fixture, const char *name,
		const char *content)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct name_record record = NAME_RECORD_INIT;
	struct error *err = &fixture->err;

	record.target = digest_of(content);
	record.size = strlen(content);
	expect_ok(reference_parse(name, &ref, err), err);
	expect_ok(layout_put(fixture->store, &ref, &record, err), err);
}

static void drop(struct store_fixture *fixture, const char *name)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct error *err = &fixture->err;

	expect_ok(reference_parse(name, &ref, err), err);
	expect_ok(layout_drop(fixture->store, &ref, err), err);
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)); text++)
		found++;
	return found;
}

static void test_layout__lists_each_name_once(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest one = digest_of("one");
	struct digest three = digest_of("three");
	autofree char *text = NULL;

	put(fixture, "x:1", "one");
	put(fixture, "y:1", "one");
	put(fixture, "x:1", "three");
	text = index_text(fixture);
	assert_int_equal(count(text, "docker.io/library/x:1"), 1);
	assert_int_equal(count(text, three.text), 1);
	assert_int_equal(count(text, one.text), 1);
	assert_int_equal(
		count(text, "application/vnd.oci.image.manifest.v1+json"), 2);
}

static void test_layout__drops_a_name_and_keeps_the_others(void **state)
{
	struct store_fixture *fixture = *state;
	autofree char *text = NULL;

	put(fixture, "x:1", "one");
	put(fixture, "y:1", "one");
	drop(fixture, "x:1");
	drop(fixture, "never:1");
	text = index_text(fixture);
	assert_int_equal(count(text, "library/x:1"), 0);
	assert_int_equal(count(text, "library/y:1"), 1);
}

static void test_layout__a_damaged_index_begins_anew(void **state)
{
	static const char *const damages[] = { "", "{", "[]",
					       "{\"manifests\":{}}" };
	struct store_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		autofree char *text = NULL;

		damage(fixture, "index.json", damages[i]);
		put(fixture, "x:1", "one");
		text = index_text(fixture);
		assert_int_equal(count(text, "library/x:1"), 1);
		assert_int_equal(count(text, "\"schemaVersion\":2"), 1);
	}
}

static void test_layout__what_others_wrote_stays(void **state)
{
	struct store_fixture *fixture = *state;
	autofree char *text = NULL;

	damage(fixture, "index.json",
	       "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"foreign\"},"
	       "7],\"annotations\":{\"a\":\"b\"}}");
	put(fixture, "x:1", "one");
	drop(fixture, "x:1");
	text = index_text(fixture);
	assert_int_equal(count(text, "foreign"), 1);
	assert_int_equal(count(text, "\"a\":\"b\""), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_layout__lists_each_name_once),
		STORE_TEST(test_layout__drops_a_name_and_keeps_the_others),
		STORE_TEST(test_layout__a_damaged_index_begins_anew),
		STORE_TEST(test_layout__what_others_wrote_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
