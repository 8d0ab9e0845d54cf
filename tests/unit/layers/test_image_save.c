/* SPDX-License-Identifier: Apache-2.0 */
/* Saving: the same bytes each time, and an archive that loads again. */
#include "layers/image/image_save.h"

#include "base/jsonx.h"
#include "tests/unit/layers/archive_fixture.h"
#include "tests/unit/layers/sink_fixture.h"

/* Loads the usual image under TAGS; returns its id. */
static struct digest load(struct store_fixture *fixture, const char *tags)
{
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	struct digest id;

	archive_docker(&archive, tags, &id);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	return id;
}

static int save(struct store_fixture *fixture, enum save_format format,
		const char *text, struct kept *out)
{
	autoclean(save_plan_release) struct save_plan plan = SAVE_PLAN_INIT;
	autoclean(strvec_release) struct strvec texts = STRVEC_INIT;
	struct byte_sink sink = kept_sink(out);

	strvec_add(&texts, text);
	if (save_plan_make(fixture->store, format, &texts, &plan,
			   &fixture->err) < 0)
		return -1;
	return image_save_archive(fixture->store, &plan, &sink, &fixture->err);
}

/* The member NAME of an archive; fails the test when there is none. */
static char *member(const struct kept *archive, const char *name)
{
	size_t at = 0;

	while (at + 512 <= archive->bytes.length) {
		const char *header = (const char *)archive->bytes.data + at;
		size_t size = strtoul(header + 124, NULL, 8);

		if (!strcmp(header, name))
			return xstrndup(header + 512, size);
		at += 512 + (size + 511) / 512 * 512;
	}
	fail_msg("%s is not in the archive", name);
	return NULL;
}

static void test_image_save__the_same_bytes_each_time(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(kept_release) struct kept one = { 0 };
	autoclean(kept_release) struct kept two = { 0 };

	(void)load(fixture, "[\"x:1\"]");
	expect_ok(save(fixture, SAVE_DOCKER_ARCHIVE, "x:1", &one),
		  &fixture->err);
	expect_ok(save(fixture, SAVE_DOCKER_ARCHIVE, "x:1", &two),
		  &fixture->err);
	assert_int_equal(one.bytes.length, two.bytes.length);
	assert_memory_equal(one.bytes.data, two.bytes.data, one.bytes.length);
	assert_int_equal(archive_count(fixture, "leases"), 0);
}

static void test_image_save__loads_again_everywhere(void **state)
{
	static const enum save_format formats[] = { SAVE_DOCKER_ARCHIVE,
						    SAVE_OCI_ARCHIVE };
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture, "[\"x:1\",\"y/z:2\"]");

	for (size_t i = 0; i < 2; i++) {
		autoclean(kept_release) struct kept saved = { 0 };
		autoclean(image_load_result_release) struct image_load_result
			result = IMAGE_LOAD_RESULT_INIT;
		struct store_fixture *other = NULL;

		expect_ok(save(fixture, formats[i], "y/z:2", &saved),
			  &fixture->err);
		assert_int_equal(store_fixture_open((void **)&other), 0);
		expect_ok(archive_load(other, &saved.bytes, &result),
			  &other->err);
		assert_int_equal(result.count, 1);
		assert_string_equal(result.items[0].name, "y/z:2");
		assert_string_equal(result.items[0].id.text, id.text);
		assert_int_equal(store_fixture_close((void **)&other), 0);
	}
}

static void expect_tags(struct store_fixture *fixture, const char *text,
			const char *want)
{
	autoclean(kept_release) struct kept saved = { 0 };
	autofree char *manifest = NULL;

	expect_ok(save(fixture, SAVE_DOCKER_ARCHIVE, text, &saved),
		  &fixture->err);
	manifest = member(&saved, "manifest.json");
	if (!strstr(manifest, want))
		fail_msg("%s: %s", text, manifest);
}

static void test_image_save__names_are_those_asked_for(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture, "[\"x:1\",\"x:2\",\"y:1\"]");

	expect_tags(fixture, "x:2", "\"RepoTags\":[\"x:2\"]");
	expect_tags(fixture, "x", "\"RepoTags\":[\"x:1\",\"x:2\"]");
	expect_tags(fixture, id.text, "\"RepoTags\":null");
}

static void test_image_save__says_what_is_not_here(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(kept_release) struct kept saved = { 0 };

	assert_int_equal(save(fixture, SAVE_OCI_ARCHIVE, "none:1", &saved), -1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
	assert_string_equal(fixture->err.msg, "No such image: none:1");
	assert_int_equal(saved.bytes.length, 0);
}

static void test_image_save__damage_is_no_success(void **state)
{
	static const enum save_format formats[] = { SAVE_DOCKER_ARCHIVE,
						    SAVE_OCI_ARCHIVE };
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture, "[\"x:1\"]");
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autofree char *path = NULL;

	expect_ok(
		image_record_load(fixture->store, &id, &record, &fixture->err),
		&fixture->err);
	path = blob_path(&record.layers[1].blob);
	for (size_t i = 0; i < 2; i++) {
		autoclean(kept_release) struct kept saved = { 0 };
		autofree char *wrong =
			xasprintf("%*s", (int)record.layers[1].blob_size, "x");

		damage(fixture, path, wrong);
		assert_int_equal(save(fixture, formats[i], "x:1", &saved), -1);
		assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	}
}

static void test_image_save__a_full_sink_is_no_success(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(kept_release) struct kept saved = { .fail_at = 3000 };

	(void)load(fixture, "[\"x:1\"]");
	assert_int_equal(save(fixture, SAVE_DOCKER_ARCHIVE, "x:1", &saved), -1);
	assert_int_equal(fixture->err.kind, ERROR_NETWORK);
}

static void test_image_save__without_its_blob_a_layer_is_packed(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture, "[\"x:1\"]");
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(kept_release) struct kept whole = { 0 };
	autoclean(kept_release) struct kept packed = { 0 };
	autoclean(kept_release) struct kept wrong = { 0 };
	autofree char *file = NULL;
	struct error *err = &fixture->err;

	expect_ok(save(fixture, SAVE_DOCKER_ARCHIVE, "x:1", &whole), err);
	expect_ok(image_record_load(fixture->store, &id, &record, err), err);
	expect_ok(blob_remove(fixture->store, &record.layers[0].blob, err),
		  err);
	/* the fixture's tar is just what packing makes */
	expect_ok(save(fixture, SAVE_DOCKER_ARCHIVE, "x:1", &packed), err);
	assert_int_equal(packed.bytes.length, whole.bytes.length);
	assert_memory_equal(packed.bytes.data, whole.bytes.data,
			    whole.bytes.length);
	/* where it is not, that is told before the first byte */
	file = xasprintf("layers/%s/fs/one", record.layers[0].folder);
	damage(fixture, file, "changed");
	assert_int_equal(save(fixture, SAVE_DOCKER_ARCHIVE, "x:1", &wrong), -1);
	assert_int_equal(err->kind, ERROR_CORRUPT);
	assert_int_equal(wrong.bytes.length, 0);
}

static void test_image_save__shared_layers_are_written_once(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(save_plan_release) struct save_plan plan = SAVE_PLAN_INIT;
	autoclean(strvec_release) struct strvec texts = STRVEC_INIT;

	(void)load(fixture, "[\"x:1\",\"y:1\"]");
	strvec_add(&texts, "x:1");
	strvec_add(&texts, "y:1");
	strvec_add(&texts, "x:1");
	expect_ok(save_plan_make(fixture->store, SAVE_DOCKER_ARCHIVE, &texts,
				 &plan, &fixture->err),
		  &fixture->err);
	assert_int_equal(plan.images.count, 1);
	assert_int_equal(plan.images.items[0].names.count, 2);
	assert_int_equal(plan.member_count, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_save__the_same_bytes_each_time),
		STORE_TEST(test_image_save__loads_again_everywhere),
		STORE_TEST(test_image_save__names_are_those_asked_for),
		STORE_TEST(test_image_save__says_what_is_not_here),
		STORE_TEST(test_image_save__damage_is_no_success),
		STORE_TEST(test_image_save__a_full_sink_is_no_success),
		STORE_TEST(test_image_save__without_its_blob_a_layer_is_packed),
		STORE_TEST(test_image_save__shared_layers_are_written_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
