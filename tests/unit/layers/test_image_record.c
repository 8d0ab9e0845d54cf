/* SPDX-License-Identifier: Apache-2.0 */
/* Image records: what is kept, what damage means, finding by id. */
#include "layers/store/image_record.h"

#include "tests/unit/layers/store_fixture.h"

static const char *const layers[] = { "one", "two" };

static char *record_path(const struct digest *id, const char *name)
{
	const char *hex = digest_hex(id);

	return xasprintf("images/%.2s/%s/%s", hex, hex, name);
}

static void test_image_record__comes_back_whole(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 2);
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	expect_ok(
		image_record_load(fixture->store, &id, &record, &fixture->err),
		&fixture->err);
	assert_int_equal(record.layer_count, 2);
	assert_int_equal(record.size, 6);
	assert_string_equal(record.layers[1].diff_id.text,
			    digest_of("two").text);
	assert_string_equal(record.layers[1].folder,
			    digest_hex(&record.layers[1].diff_id));
	assert_int_equal(record.layers[1].blob_size, 3);
	assert_int_equal(record.manifest_size, strlen("{\"of\":\"a\"}"));
	assert_string_equal(
		json_string_value(json_object_get(record.config, "label")),
		"a");
}

static void test_image_record__damage_is_absence(void **state)
{
	static const char *const damages[] = {
		"",
		"null",
		"{}",
		"{\"config\":{},\"layers\":[]}",
		"{\"id\":\"sha256:0\",\"config\":{},\"layers\":[]}",
		"{\"id\":5}",
	};
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 2);
	autofree char *path = record_path(&id, "record.json");

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		struct image_record record;

		damage(fixture, path, damages[i]);
		assert_int_equal(image_record_load(fixture->store, &id, &record,
						   &fixture->err),
				 -1);
		assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
		image_record_release(&record);
	}
}

static void test_image_record__another_images_record_is_refused(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest a = put_image(fixture, "a", layers, 2);
	struct digest b = put_image(fixture, "b", layers, 1);
	autofree char *from = record_path(&a, "record.json");
	autofree char *to = record_path(&b, "record.json");
	struct image_record record;

	assert_int_equal(renameat(fixture->store->root_fd, from,
				  fixture->store->root_fd, to),
			 0);
	assert_int_equal(
		image_record_load(fixture->store, &b, &record, &fixture->err),
		-1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
}

static void test_image_record__a_layer_folder_is_one_component(void **state)
{
	static const char *const folders[] = { "..", "a/b", "", "../x", "." };
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 1);

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		struct image_record record;
		struct image_record bad;

		expect_ok(image_record_load(fixture->store, &id, &record,
					    &fixture->err),
			  &fixture->err);
		free(record.layers[0].folder);
		record.layers[0].folder = xstrdup(folders[i]);
		expect_ok(image_record_save(fixture->store, &record,
					    &fixture->err),
			  &fixture->err);
		if (image_record_load(fixture->store, &id, &bad,
				      &fixture->err) == 0)
			fail_msg("\"%s\" was accepted", folders[i]);
		free(record.layers[0].folder);
		record.layers[0].folder = xstrdup("ab");
		expect_ok(image_record_save(fixture->store, &record,
					    &fixture->err),
			  &fixture->err);
		image_record_release(&record);
	}
}

static void test_image_record__trust_ends_with_the_boot(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 1);
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	expect_ok(
		image_record_load(fixture->store, &id, &record, &fixture->err),
		&fixture->err);
	assert_true(image_record_is_trusted(fixture->store, &record));
	(void)snprintf(record.boot, sizeof(record.boot), "another");
	assert_false(image_record_is_trusted(fixture->store, &record));
	record.synced = true;
	assert_true(image_record_is_trusted(fixture->store, &record));
}

static void test_image_record__names_count_while_they_mean_it(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest a = put_image(fixture, "a", layers, 1);
	struct digest b = put_image(fixture, "b", layers, 1);
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autofree char *path = record_path(&b, "names.json");

	put_name(fixture, &a, "x:2");
	put_name(fixture, &a, "x:1");
	put_name(fixture, &b, "x:2");
	expect_ok(image_record_names(fixture->store, &a, &tags, NULL,
				     &fixture->err),
		  &fixture->err);
	assert_int_equal(tags.count, 1);
	assert_string_equal(tags.items[0], "docker.io/library/x:1");
	strvec_release(&tags);
	damage(fixture, path, "{");
	expect_ok(image_record_names(fixture->store, &b, &tags, &tags,
				     &fixture->err),
		  &fixture->err);
	assert_int_equal(tags.count, 0);
	put_name(fixture, &b, "x:2");
	expect_ok(image_record_names(fixture->store, &b, &tags, NULL,
				     &fixture->err),
		  &fixture->err);
	assert_int_equal(tags.count, 1);
}

static void test_image_record__is_found_by_the_start_of_its_id(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 1);
	struct digest found;

	for (size_t length = 1; length <= 64; length++) {
		autofree char *prefix = xstrndup(digest_hex(&id), length);

		expect_ok(image_record_find(fixture->store, prefix, &found,
					    &fixture->err),
			  &fixture->err);
		assert_string_equal(found.text, id.text);
	}
	assert_int_equal(
		image_record_find(fixture->store, "", &found, &fixture->err),
		-1);
	assert_int_equal(image_record_find(fixture->store, "../..", &found,
					   &fixture->err),
			 -1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
}

static void test_image_record__two_that_begin_so_are_ambiguous(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest found;
	char label[16];

	/* seventeen ids cannot all begin with different digits */
	for (int i = 0; i < 17; i++) {
		(void)snprintf(label, sizeof(label), "i%d", i);
		(void)put_image(fixture, label, layers, 1);
	}
	for (int digit = 0; digit < 16; digit++) {
		char prefix[2] = { "0123456789abcdef"[digit], '\0' };

		if (image_record_find(fixture->store, prefix, &found,
				      &fixture->err) < 0 &&
		    fixture->err.kind == ERROR_INVALID)
			return;
	}
	fail_msg("no prefix was ambiguous");
}

static void test_image_record__strangers_in_the_folder_do_no_harm(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 1);
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	damage(fixture, "images/README", "x");
	assert_int_equal(mkdirat(fixture->store->root_fd, "images/zz", 0700),
			 0);
	damage(fixture, "images/zz/file", "x");
	expect_ok(image_record_list(fixture->store, &ids, &fixture->err),
		  &fixture->err);
	assert_int_equal(ids.count, 1);
	assert_string_equal(ids.items[0], id.text);
	expect_ok(image_record_remove(fixture->store, &id, &fixture->err),
		  &fixture->err);
	expect_ok(image_record_remove(fixture->store, &id, &fixture->err),
		  &fixture->err);
	strvec_release(&ids);
	expect_ok(image_record_list(fixture->store, &ids, &fixture->err),
		  &fixture->err);
	assert_int_equal(ids.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_record__comes_back_whole),
		STORE_TEST(test_image_record__damage_is_absence),
		STORE_TEST(test_image_record__another_images_record_is_refused),
		STORE_TEST(test_image_record__a_layer_folder_is_one_component),
		STORE_TEST(test_image_record__trust_ends_with_the_boot),
		STORE_TEST(test_image_record__names_count_while_they_mean_it),
		STORE_TEST(test_image_record__is_found_by_the_start_of_its_id),
		STORE_TEST(test_image_record__two_that_begin_so_are_ambiguous),
		STORE_TEST(
			test_image_record__strangers_in_the_folder_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
