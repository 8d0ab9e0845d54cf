/* SPDX-License-Identifier: Apache-2.0 */
/* Listing containers and what they stand on. */
#include "layers/store/container_folder.h"

#include "tests/unit/layers/container_fixture.h"

static void test_container_folder__lists_by_prefix(void **state)
{
	static const struct {
		const char *prefix;
		size_t count;
	} rows[] = { { "", 3 },	   { "a", 2 }, { "aa", 1 }, { "ab0", 1 },
		     { "ab1", 0 }, { "c", 1 }, { "d", 0 },  { "dd", 0 } };
	struct store_fixture *fixture = *state;

	free(put_container(fixture, "aa", "{}"));
	free(put_container(fixture, "ab", "{}"));
	free(put_container(fixture, "c1", "{}"));
	damage(fixture, "containers/file", "x");
	damage(fixture, "containers/dd", "x");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

		expect_ok(container_folder_list(fixture->store, rows[i].prefix,
						&ids, &fixture->err),
			  &fixture->err);
		if (ids.count != rows[i].count)
			fail_msg("\"%s\": %zu", rows[i].prefix, ids.count);
	}
}

static void test_container_folder__tells_what_it_stands_on(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(strvec_release) struct strvec image = STRVEC_INIT;
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	autofree char *id = put_container(
		fixture, "aa", "{\"image\":\"sha256:i\",\"layers\":[\"l\"]}");

	expect_ok(container_folder_uses(fixture->store, id, &image, &layers,
					&fixture->err),
		  &fixture->err);
	assert_string_equal(image.items[0], "sha256:i");
	assert_string_equal(layers.items[0], "l");
	expect_ok(container_folder_uses(fixture->store, id, NULL, NULL,
					&fixture->err),
		  &fixture->err);
}

static void test_container_folder__a_damaged_one_uses_nothing(void **state)
{
	static const char *const damages[] = { "", "{", "[]", "{\"image\":5}",
					       "{\"layers\":{}}" };
	struct store_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		autoclean(strvec_release) struct strvec image = STRVEC_INIT;
		autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
		autofree char *id = put_container(fixture, "aa", damages[i]);

		expect_ok(container_folder_uses(fixture->store, id, &image,
						&layers, &fixture->err),
			  &fixture->err);
		assert_int_equal(image.count + layers.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_container_folder__lists_by_prefix),
		STORE_TEST(test_container_folder__tells_what_it_stands_on),
		STORE_TEST(test_container_folder__a_damaged_one_uses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
