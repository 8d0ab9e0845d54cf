/* SPDX-License-Identifier: Apache-2.0 */
/* What a user's words mean. */
#include "layers/image/image_find.h"

#include "tests/unit/layers/store_fixture.h"

static const char *const layers[] = { "one" };

static void expect_match(struct store_fixture *fixture, const char *text,
			 const struct digest *id, bool by_name)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;

	if (image_find(fixture->store, text, &match, &fixture->err) < 0)
		fail_msg("%s: %s", text, fixture->err.msg);
	assert_string_equal(match.id.text, id->text);
	assert_int_equal(match.by_name, by_name);
	assert_int_equal(match.name.path != NULL, by_name);
}

static void expect_failure(struct store_fixture *fixture, const char *text,
			   enum error_kind kind, const char *message)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;

	if (image_find(fixture->store, text, &match, &fixture->err) == 0)
		fail_msg("%s was found", text);
	if (fixture->err.kind != kind)
		fail_msg("%s: %s", text, fixture->err.msg);
	if (message)
		assert_string_equal(fixture->err.msg, message);
}

static void test_image_find__by_name_and_by_id(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 1);
	autofree char *start = xstrndup(digest_hex(&id), 12);
	autofree char *prefixed = xasprintf("sha256:%s", start);

	put_name(fixture, &id, "debian");
	expect_match(fixture, "debian", &id, true);
	expect_match(fixture, "docker.io/library/debian:latest", &id, true);
	expect_match(fixture, id.text, &id, false);
	expect_match(fixture, digest_hex(&id), &id, false);
	expect_match(fixture, start, &id, false);
	expect_match(fixture, prefixed, &id, false);
}

static void test_image_find__a_name_wins_over_an_id(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest a = put_image(fixture, "a", layers, 1);
	struct digest b = put_image(fixture, "b", layers, 1);
	autofree char *start = xstrndup(digest_hex(&a), 12);

	put_name(fixture, &b, start);
	expect_match(fixture, start, &b, true);
	expect_match(fixture, a.text, &a, false);
}

static void test_image_find__says_what_is_missing(void **state)
{
	struct store_fixture *fixture = *state;

	expect_failure(fixture, "debian", ERROR_NOT_FOUND,
		       "No such image: debian:latest");
	expect_failure(fixture, "beef", ERROR_NOT_FOUND,
		       "No such image: beef:latest");
	expect_failure(fixture, digest_of("none").text, ERROR_NOT_FOUND, NULL);
	expect_failure(fixture, "UPPER", ERROR_INVALID, NULL);
	expect_failure(fixture, "", ERROR_INVALID, NULL);
	expect_failure(fixture, "../../etc", ERROR_INVALID, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_find__by_name_and_by_id),
		STORE_TEST(test_image_find__a_name_wins_over_an_id),
		STORE_TEST(test_image_find__says_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
