/* SPDX-License-Identifier: Apache-2.0 */
/* Loading archives: what comes out, what is refused without a trace. */
#include "layers/image/image_load.h"

#include "layers/store/image_record.h"
#include "tests/unit/layers/archive_fixture.h"

static void expect_tree(struct store_fixture *fixture,
			const struct image_layer *layer, const char *name)
{
	autoclose int tree = -1;

	expect_ok(
		layer_open(fixture->store, layer->folder, &tree, &fixture->err),
		&fixture->err);
	if (!fs_exists(tree, name))
		fail_msg("%s is not in the layer", name);
}

static void test_image_load__docker_archive(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	struct digest id;

	archive_docker(&archive, "[\"debian:12\",\"x/y:z\"]", &id);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	assert_int_equal(result.count, 2);
	assert_string_equal(result.items[0].name, "debian:12");
	assert_string_equal(result.items[1].name, "x/y:z");
	assert_string_equal(result.items[0].id.text, id.text);
	assert_int_equal(result.items[0].replaced.algorithm, DIGEST_NONE);
	expect_ok(
		image_record_load(fixture->store, &id, &record, &fixture->err),
		&fixture->err);
	assert_true(record.synced);
	assert_int_equal(record.layer_count, 2);
	expect_tree(fixture, &record.layers[0], "one");
	expect_tree(fixture, &record.layers[1], "two");
	/* it has all that saving and pushing need */
	assert_true(blob_exists(fixture->store, &record.manifest, NULL));
	assert_true(blob_exists(fixture->store, &record.id, NULL));
	assert_true(blob_exists(fixture->store, &record.layers[0].blob, NULL));
	assert_string_equal(record.layers[0].media_type,
			    "application/vnd.oci.image.layer.v1.tar");
	assert_int_equal(archive_count(fixture, "partial"), 0);
	assert_int_equal(archive_count(fixture, "leases"), 0);
}

static void test_image_load__without_tags_it_has_no_name(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	struct digest id;

	archive_docker(&archive, "null", &id);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	assert_int_equal(result.count, 1);
	assert_null(result.items[0].name);
	assert_string_equal(result.items[0].id.text, id.text);
}

static void test_image_load__tells_which_name_moved(void **state)
{
	static const char *const layers[] = { "old" };
	struct store_fixture *fixture = *state;
	struct digest old = put_image(fixture, "old", layers, 1);
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	struct digest id;

	put_name(fixture, &old, "x:1");
	archive_docker(&archive, "[\"x:1\"]", &id);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	assert_string_equal(result.items[0].replaced.text, old.text);
	image_load_result_release(&result);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	assert_int_equal(result.items[0].replaced.algorithm, DIGEST_NONE);
}

/* Older docker archives: a layer that came before is a symbolic link. */
static void test_image_load__links_lead_to_members(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(fixture_release) struct fixture layer = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	struct digest diff_ids[2];
	autofree char *config = NULL;

	archive_layer(&layer, "one");
	diff_ids[0] = archive_digest(&layer);
	diff_ids[1] = diff_ids[0];
	config = archive_config(diff_ids, 2);
	fixture_add(&archive,
		    &(struct fixture_entry){ .name = "b/layer.tar",
					     .type = '2',
					     .link = "../a/layer.tar" });
	archive_member(&archive, "./a/layer.tar", layer.data, layer.length);
	fixture_add(&archive, &(struct fixture_entry){
				      .name = "d", .type = '1', .link = "c" });
	archive_text(&archive, "c", config);
	archive_text(&archive, "manifest.json",
		     "[{\"Config\":\"d\",\"RepoTags\":[\"x:1\"],\"Layers\":"
		     "[\"a/layer.tar\",\"b/../b/layer.tar\"]}]");
	fixture_end(&archive);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	assert_int_equal(result.count, 1);
}

/* An image with an id of its own, so that two can share an archive. */
static void add_image(struct fixture *archive, const char *name,
		      struct strbuf *manifest)
{
	autoclean(fixture_release) struct fixture layer = { 0 };
	autofree char *config = NULL;
	autofree char *config_name = xasprintf("%s.json", name);
	struct digest diff_id;

	archive_layer(&layer, name);
	diff_id = archive_digest(&layer);
	config = archive_config(&diff_id, 1);
	archive_member(archive, name, layer.data, layer.length);
	archive_text(archive, config_name, config);
	strbuf_addf(manifest,
		    "%s{\"Config\":\"%s\",\"RepoTags\":[\"x:%s\"],"
		    "\"Layers\":[\"%s\"]}",
		    manifest->length ? "," : "[", config_name, name, name);
}

static void test_image_load__one_bad_image_spoils_them_all(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(strbuf_release) struct strbuf manifest = STRBUF_INIT;
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	add_image(&archive, "good", &manifest);
	add_image(&archive, "bad", &manifest);
	strbuf_addch(&manifest, ']');
	archive_text(&archive, "manifest.json", manifest.text);
	archive_text(&archive, "bad", "this is no layer");
	fixture_end(&archive);
	assert_int_equal(archive_load(fixture, &archive, &result), -1);
	assert_int_equal(result.count, 0);
	expect_ok(image_record_list(fixture->store, &ids, &fixture->err),
		  &fixture->err);
	for (size_t i = 0; i < ids.count; i++) {
		autoclean(image_record_release) struct image_record record =
			IMAGE_RECORD_INIT;
		struct digest id;

		assert_int_equal(digest_parse(ids.items[i], &id, &fixture->err),
				 0);
		assert_int_equal(image_record_load(fixture->store, &id, &record,
						   &fixture->err),
				 -1);
	}
	expect_empty(fixture);
}

static const struct {
	const char *replace; /* member written once more, so that it counts */
	const char *text;
	const char *message; /* part of it */
	enum error_kind kind;
	const char *why;
} refused[] = {
	{ "manifest.json", "[", "manifest.json", ERROR_INVALID, "no JSON" },
	{ "manifest.json",
	  "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\"]}]",
	  "1 layers in manifest.json, 2 in the config", ERROR_CORRUPT,
	  "fewer layers than diffIDs" },
	{ "manifest.json",
	  "[{\"Config\":\"c.json\",\"Layers\":[\"2/layer.tar\","
	  "\"1/layer.tar\"]}]",
	  "layer", ERROR_CORRUPT, "layers in the wrong order" },
	{ "manifest.json",
	  "[{\"Config\":\"c.json\",\"Layers\":[\"1/layer.tar\",\"3\"]}]",
	  "3 is not in the archive", ERROR_NOT_FOUND, "a layer missing" },
	{ "manifest.json", "[{\"Config\":\"/etc/passwd\",\"Layers\":[]}]",
	  "is not in the archive", ERROR_NOT_FOUND, "a path of the host" },
	{ "manifest.json",
	  "[{\"Config\":\"../../../etc/passwd\",\"Layers\":[]}]",
	  "is not in the archive", ERROR_NOT_FOUND, "a path out" },
	{ "c.json", "{}", "config", ERROR_INVALID, "a config without rootfs" },
	{ "1/layer.tar", "BZh91AY&SY and more", "bzip2", ERROR_UNSUPPORTED,
	  "a compression no layer has" },
	{ "1/layer.tar", "\x1f\x8b\x08 not gzip", "layer", ERROR_CORRUPT,
	  "a broken layer" },
};

static void test_image_load__refuses_without_a_trace(void **state)
{
	struct store_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		autoclean(fixture_release) struct fixture archive = { 0 };
		autoclean(image_load_result_release) struct image_load_result
			result = IMAGE_LOAD_RESULT_INIT;
		struct digest id;

		archive_docker(&archive, "[\"x:1\"]", &id);
		archive.length -= 1024; /* the end mark */
		archive_text(&archive, refused[i].replace, refused[i].text);
		fixture_end(&archive);
		if (archive_load(fixture, &archive, &result) == 0)
			fail_msg("%s was accepted", refused[i].why);
		if (fixture->err.kind != refused[i].kind ||
		    !strstr(fixture->err.msg, refused[i].message))
			fail_msg("%s: %s", refused[i].why, fixture->err.msg);
		expect_empty(fixture);
	}
}

static void test_image_load__a_config_is_what_it_is_called(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	struct digest other = digest_of("other");
	autofree char *config = archive_config(NULL, 0);
	autofree char *name = xasprintf("%s.json", digest_hex(&other));
	autofree char *manifest = xasprintf("[{\"Config\":\"%s\"}]", name);

	archive_text(&archive, name, config);
	archive_text(&archive, "manifest.json", manifest);
	fixture_end(&archive);
	assert_int_equal(archive_load(fixture, &archive, &result), -1);
	assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	expect_empty(fixture);
}

static void test_image_load__other_files_are_no_image_archives(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(fixture_release) struct fixture text = { 0 };

	archive_text(&archive, "README", "hello");
	fixture_end(&archive);
	assert_int_equal(archive_load(fixture, &archive, &result), -1);
	assert_int_equal(fixture->err.kind, ERROR_INVALID);
	fixture_bytes(&text, "no tar at all, but long enough", 30);
	fixture_bytes(&text, NULL, 2000);
	assert_int_equal(archive_load(fixture, &text, &result), -1);
	expect_empty(fixture);
}

static void test_image_load__an_archive_that_ends_early(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id;
	autoclean(fixture_release) struct fixture archive = { 0 };

	archive_docker(&archive, "[\"x:1\"]", &id);
	for (size_t cut = 512; cut < archive.length - 1024; cut += 700) {
		autoclean(image_load_result_release) struct image_load_result
			result = IMAGE_LOAD_RESULT_INIT;
		struct fixture part = { archive.data, cut, cut, 0 };

		if (archive_load(fixture, &part, &result) == 0)
			fail_msg("%zu bytes were enough", cut);
		expect_empty(fixture);
	}
}

static void test_image_load__heals_damaged_blobs(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *path = NULL;
	struct error *err = &fixture->err;
	struct digest id;

	archive_docker(&archive, "[\"x:1\"]", &id);
	expect_ok(archive_load(fixture, &archive, &result), err);
	expect_ok(image_record_load(fixture->store, &id, &record, err), err);
	path = blob_path(&record.layers[0].blob);
	damage(fixture, path, "damaged");
	image_load_result_release(&result);
	expect_ok(archive_load(fixture, &archive, &result), err);
	expect_ok(blob_read(fixture->store, &record.layers[0].blob, 1 << 20,
			    &text, err),
		  err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_load__docker_archive),
		STORE_TEST(test_image_load__without_tags_it_has_no_name),
		STORE_TEST(test_image_load__tells_which_name_moved),
		STORE_TEST(test_image_load__links_lead_to_members),
		STORE_TEST(test_image_load__one_bad_image_spoils_them_all),
		STORE_TEST(test_image_load__refuses_without_a_trace),
		STORE_TEST(test_image_load__a_config_is_what_it_is_called),
		STORE_TEST(test_image_load__other_files_are_no_image_archives),
		STORE_TEST(test_image_load__an_archive_that_ends_early),
		STORE_TEST(test_image_load__heals_damaged_blobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
