/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs are what their names say, or nothing. */
#include "layers/store/blob.h"

#include "tests/unit/layers/store_fixture.h"

static void test_blob__comes_back(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest digest = put_blob(fixture, "text");
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *path = blob_path(&digest);
	uint64_t size = 0;

	assert_true(blob_exists(fixture->store, &digest, &size));
	assert_int_equal(size, 4);
	expect_ok(blob_read(fixture->store, &digest, 4, &text, &fixture->err),
		  &fixture->err);
	assert_string_equal(text.text, "text");
	assert_true(fs_exists(fixture->store->root_fd, path));
	expect_ok(blob_remove(fixture->store, &digest, &fixture->err),
		  &fixture->err);
	expect_ok(blob_remove(fixture->store, &digest, &fixture->err),
		  &fixture->err);
	assert_false(blob_exists(fixture->store, &digest, NULL));
	assert_int_equal(
		blob_read(fixture->store, &digest, 4, &text, &fixture->err),
		-1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
}

static void test_blob__a_wrong_digest_is_not_stored(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest digest = digest_of("other");

	assert_int_equal(
		blob_put(fixture->store, &digest, "text", 4, &fixture->err),
		-1);
	assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	assert_false(blob_exists(fixture->store, &digest, NULL));
}

static void test_blob__damage_is_noticed_when_read(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest digest = put_blob(fixture, "text");
	autofree char *path = blob_path(&digest);
	static const char *const damages[] = { "", "texT", "text\n" };

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

		damage(fixture, path, damages[i]);
		assert_int_equal(blob_read(fixture->store, &digest, 100, &text,
					   &fixture->err),
				 -1);
		assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
		assert_non_null(strstr(fixture->err.msg, digest.text));
	}
}

static void test_blob__links_and_folders_are_no_blobs(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest digest = put_blob(fixture, "text");
	struct digest other = digest_of("other");
	autofree char *path = blob_path(&digest);
	autofree char *link = blob_path(&other);
	int fd = -1;

	assert_int_equal(symlinkat(path, fixture->store->root_fd, link), 0);
	assert_false(blob_exists(fixture->store, &other, NULL));
	assert_int_equal(
		blob_open(fixture->store, &other, &fd, NULL, &fixture->err),
		-1);
}

static void test_blob__the_limit_holds(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest digest = put_blob(fixture, "text");
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	assert_int_equal(
		blob_read(fixture->store, &digest, 3, &text, &fixture->err),
		-1);
	assert_int_equal(fixture->err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_blob__comes_back),
		STORE_TEST(test_blob__a_wrong_digest_is_not_stored),
		STORE_TEST(test_blob__damage_is_noticed_when_read),
		STORE_TEST(test_blob__links_and_folders_are_no_blobs),
		STORE_TEST(test_blob__the_limit_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
