/* SPDX-License-Identifier: Apache-2.0 */
/* Names, their files, and files that are damaged. */
#include "layers/store/names.h"

#include "tests/unit/layers/store_fixture.h"

/* Makes NAME mean an image whose digests come from TEXT. */
static void name_it(struct store_fixture *fixture, const char *name,
		    const char *text)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	struct error *err = &fixture->err;

	record.target = digest_of(text);
	record.manifest = record.target;
	record.image = digest_of(text);
	record.media_type = xstrdup("a/b");
	record.size = 7;
	record.checked = INT64_C(1700000000123456789);
	record.source = xstrdup("mirror.example");
	expect_ok(reference_parse(name, &ref, err), err);
	expect_ok(names_put(fixture->store, &ref, &record, err), err);
}

/* What NAME means: the text it was named after, or "" for nothing. */
static void expect_name(struct store_fixture *fixture, const char *name,
			const char *text)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	struct digest want = digest_of(text);
	struct error *err = &fixture->err;

	expect_ok(reference_parse(name, &ref, err), err);
	if (!*text) {
		if (names_get(fixture->store, &ref, &record, err) == 0)
			fail_msg("%s is known", name);
		assert_int_equal(err->kind, ERROR_NOT_FOUND);
		return;
	}
	expect_ok(names_get(fixture->store, &ref, &record, err), err);
	assert_string_equal(record.image.text, want.text);
}

static void forget(struct store_fixture *fixture, const char *name)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct error *err = &fixture->err;

	expect_ok(reference_parse(name, &ref, err), err);
	expect_ok(names_remove(fixture->store, &ref, err), err);
}

#define HEX16 "0123456789abcdef"
#define SHA "sha256:" HEX16 HEX16 HEX16 HEX16

static void test_names__every_member_comes_back(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	struct error *err = &fixture->err;

	name_it(fixture, "127.0.0.1:5000/x/y:1", "one");
	expect_ok(reference_parse("127.0.0.1:5000/x/y:1", &ref, err), err);
	expect_ok(names_get(fixture->store, &ref, &record, err), err);
	assert_string_equal(record.media_type, "a/b");
	assert_string_equal(record.source, "mirror.example");
	assert_int_equal(record.size, 7);
	assert_true(record.checked == INT64_C(1700000000123456789));
}

static void test_names__tags_digests_and_longer_names_do_not_meet(void **state)
{
	struct store_fixture *fixture = *state;

	name_it(fixture, "x/a", "latest");
	name_it(fixture, "x/a:b", "tag");
	name_it(fixture, "x/a/b", "longer");
	name_it(fixture, "x/a/b/c:d", "longest");
	name_it(fixture, "x/a@" SHA, "digest");
	name_it(fixture, "other.example/x/a:b", "elsewhere");
	expect_name(fixture, "x/a:latest", "latest");
	expect_name(fixture, "x/a:b", "tag");
	expect_name(fixture, "docker.io/x/a/b:latest", "longer");
	expect_name(fixture, "x/a/b/c:d", "longest");
	expect_name(fixture, "x/a@" SHA, "digest");
	expect_name(fixture, "x/a:nonsense@" SHA, "digest");
	forget(fixture, "x/a:b");
	forget(fixture, "x/a/b");
	expect_name(fixture, "x/a:b", "");
	expect_name(fixture, "x/a/b", "");
	expect_name(fixture, "x/a/b/c:d", "longest");
	expect_name(fixture, "other.example/x/a:b", "elsewhere");
}

static void test_names__not_found_says_it_as_the_user_would(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	struct error *err = &fixture->err;

	expect_ok(reference_parse("debian:99", &ref, err), err);
	assert_int_equal(names_get(fixture->store, &ref, &record, err), -1);
	assert_string_equal(err->msg, "No such image: debian:99");
	assert_int_equal(names_remove(fixture->store, &ref, err), -1);
	assert_int_equal(err->kind, ERROR_NOT_FOUND);
}

static void test_names__damaged_files_count_as_absent(void **state)
{
	static const char *const damages[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"digest\":\"sha256:xyz\"}",
		"{\"digest\":\"" SHA "\",\"manifest\":\"" SHA "\",\"image\":7}",
		"{\"digest\":\"" SHA "\",\"manifest\":\"" SHA
		"\",\"image\":\"" SHA "\",\"checked\":\"yesterday\"}",
	};
	struct store_fixture *fixture = *state;

	name_it(fixture, "x/good", "good");
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		name_it(fixture, "x/a:1", "one");
		damage(fixture, "refs/docker.io/x/a/:1", damages[i]);
		expect_name(fixture, "x/a:1", "");
		expect_name(fixture, "x/good", "good");
		forget(fixture, "x/a:1");
	}
}

static void test_names__removal_leaves_no_empty_folders(void **state)
{
	struct store_fixture *fixture = *state;

	name_it(fixture, "x/a/b/c:1", "one");
	name_it(fixture, "x/a:1", "two");
	forget(fixture, "x/a/b/c:1");
	assert_false(
		fs_exists(fixture->store->root_fd, "refs/docker.io/x/a/b"));
	expect_name(fixture, "x/a:1", "two");
	forget(fixture, "x/a:1");
	assert_false(fs_exists(fixture->store->root_fd, "refs/docker.io"));
	name_it(fixture, "x/a:1", "three");
	expect_name(fixture, "x/a:1", "three");
}

static void test_names__tags_are_listed_sorted(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	struct error *err = &fixture->err;

	name_it(fixture, "x/a:2", "one");
	name_it(fixture, "x/a:1", "one");
	name_it(fixture, "x/a@" SHA, "one");
	name_it(fixture, "x/a/b:3", "one");
	damage(fixture, "refs/docker.io/x/a/.tmp-0", "leftover");
	expect_ok(reference_parse("x/a", &ref, err), err);
	expect_ok(names_tags(fixture->store, &ref, &tags, err), err);
	assert_int_equal(tags.count, 2);
	assert_string_equal(tags.items[0], "1");
	assert_string_equal(tags.items[1], "2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_names__every_member_comes_back),
		STORE_TEST(
			test_names__tags_digests_and_longer_names_do_not_meet),
		STORE_TEST(test_names__not_found_says_it_as_the_user_would),
		STORE_TEST(test_names__damaged_files_count_as_absent),
		STORE_TEST(test_names__removal_leaves_no_empty_folders),
		STORE_TEST(test_names__tags_are_listed_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
