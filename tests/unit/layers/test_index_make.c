/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes: what they say, what keeps them, how they go. */
#include "layers/image/index_make.h"

#include "base/jsonx.h"
#include "layers/store/gc.h"
#include "layers/store/index_blobs.h"
#include "tests/unit/layers/store_fixture.h"

static const char *const one[] = { "one" };
static const char *const two[] = { "one", "two" };

/* Two platforms, the second with an attestation and an annotation. */
struct index_fixture {
	struct store_fixture *store;
	struct index_image images[2];
	struct attestation stated;
	struct reference name;
	struct name_record record;
	json_t *predicate, *notes;
};

static void make(struct index_fixture *it, struct store_fixture *store,
		 size_t count)
{
	struct error *err = &store->err;
	struct index_make request = {
		.store = store->store,
		.images = it->images,
		.count = 2,
		.names = &it->name,
		.name_count = count,
	};

	*it = (struct index_fixture){
		.store = store,
		.name = REFERENCE_INIT,
		.record = NAME_RECORD_INIT,
		.predicate = json_pack("{s:s}", "p", "q"),
		.notes = json_pack("{s:s}", "k", "v"),
	};
	it->images[0].id = put_image(store, "a", one, 1);
	it->images[1].id = put_image(store, "b", two, 2);
	expect_ok(platform_parse("linux/s390x", &it->images[0].platform, err),
		  err);
	platform_host(&it->images[1].platform);
	it->stated = (struct attestation){ "a/type", it->predicate };
	it->images[1].attestations = &it->stated;
	it->images[1].attestation_count = 1;
	it->images[1].annotations = it->notes;
	expect_ok(reference_parse("alice/app:1", &it->name, err), err);
	request.annotations = it->notes;
	expect_ok(index_make(&request, &it->record, err), err);
}

static void release(struct index_fixture *it)
{
	platform_release(&it->images[0].platform);
	platform_release(&it->images[1].platform);
	reference_release(&it->name);
	name_record_release(&it->record);
	json_decref(it->predicate);
	json_decref(it->notes);
}

static json_t *document(struct index_fixture *it, const struct digest *digest)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *value = NULL;
	struct error *err = &it->store->err;

	expect_ok(blob_read(it->store->store, digest, 1 << 20, &text, err),
		  err);
	expect_ok(jsonx_parse(text.text, text.length, "it", &value, err), err);
	return value;
}

static void test_index_make__lists_images_then_attestations(void **state)
{
	struct index_fixture it;
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	struct error *err = &((struct store_fixture *)*state)->err;

	make(&it, *state, 1);
	expect_ok(index_blobs_index(it.store->store, &it.record.target, &index,
				    err),
		  err);
	assert_int_equal(index.count, 3);
	assert_string_equal(index.manifests[0].platform.architecture, "s390x");
	assert_false(image_index_is_attestation(&index.manifests[1]));
	assert_true(image_index_is_attestation(&index.manifests[2]));
	assert_string_equal(
		descriptor_annotation(&index.manifests[2],
				      "vnd.docker.reference.digest"),
		index.manifests[1].digest.text);
	assert_true(json_equal(index.annotations, it.notes));
	/* this machine's is what the name means */
	assert_true(it.record.is_whole);
	assert_string_equal(it.record.image.text, it.images[1].id.text);
	assert_int_equal(it.record.members.count, 1);
	assert_string_equal(it.record.members.items[0], it.images[0].id.text);
	release(&it);
}

static void test_index_make__statements_name_the_manifest(void **state)
{
	struct index_fixture it;
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autoclean(manifest_release) struct manifest manifest = MANIFEST_INIT;
	autoclean(manifest_release) struct manifest image = MANIFEST_INIT;
	autoclean(jsonx_free) json_t *statement = NULL;
	struct error *err = &((struct store_fixture *)*state)->err;
	const json_t *subject;

	make(&it, *state, 1);
	expect_ok(index_blobs_index(it.store->store, &it.record.target, &index,
				    err),
		  err);
	expect_ok(index_blobs_manifest(it.store->store,
				       &index.manifests[2].digest, &manifest,
				       err),
		  err);
	expect_ok(index_blobs_manifest(it.store->store,
				       &index.manifests[1].digest, &image, err),
		  err);
	assert_true(json_equal(image.annotations, it.notes));
	assert_string_equal(descriptor_media_type(&manifest.layers[0]),
			    "application/vnd.in-toto+json");
	statement = document(&it, &manifest.layers[0].digest);
	subject = json_array_get(json_object_get(statement, "subject"), 0);
	assert_string_equal(json_string_value(json_object_get(subject, "name")),
			    "pkg:docker/alice/app@1?platform=linux%2Famd64");
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(subject, "digest"), "sha256")),
		digest_hex(&index.manifests[1].digest));
	assert_true(json_equal(json_object_get(statement, "predicate"),
			       it.predicate));
	release(&it);
}

static void test_index_make__the_same_again_is_the_same(void **state)
{
	struct index_fixture first;
	struct index_fixture second;

	make(&first, *state, 1);
	make(&second, *state, 1);
	assert_string_equal(first.record.target.text,
			    second.record.target.text);
	release(&first);
	release(&second);
}

static void expect_gone(struct index_fixture *it, size_t blobs)
{
	autoclean(gc_plan_release) struct gc_plan plan = GC_PLAN_INIT;
	struct error *err = &it->store->err;

	expect_ok(gc_plan_make(it->store->store, NULL, &plan, err), err);
	assert_int_equal(plan.blobs.count, blobs);
}

static void test_index_make__a_name_keeps_all_of_it(void **state)
{
	struct index_fixture it;
	autoclean(strvec_release) struct strvec holders = STRVEC_INIT;
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;
	struct error *err = &((struct store_fixture *)*state)->err;

	make(&it, *state, 1);
	expect_gone(&it, 0);
	expect_ok(image_record_holders(it.store->store, &it.images[0].id,
				       &holders, err),
		  err);
	assert_int_equal(holders.count, 1);
	expect_ok(image_record_names(it.store->store, &it.images[0].id, &tags,
				     &tags, err),
		  err);
	assert_int_equal(tags.count, 0);
	expect_ok(image_edit_untag(it.store->store, &it.name, false, &out, err),
		  err);
	assert_int_equal(out.deleted.count, 4); /* images, layers */
	expect_gone(&it, 0);
	assert_false(blob_exists(it.store->store, &it.record.target, NULL));
	release(&it);
}

static void test_index_make__without_a_name_it_goes(void **state)
{
	struct index_fixture it;

	make(&it, *state, 0);
	/* index, attestation, its statement and configuration, and the
	 * manifest with annotations */
	expect_gone(&it, 5);
	release(&it);
}

static void test_index_make__a_further_name_means_all_of_it(void **state)
{
	struct index_fixture it;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(reference_release) struct reference other = REFERENCE_INIT;
	struct image_match match = { .by_name = true };
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;
	struct error *err = &((struct store_fixture *)*state)->err;

	make(&it, *state, 1);
	match.id = it.record.image;
	match.name = it.name;
	expect_ok(reference_parse("other:1", &other, err), err);
	expect_ok(image_edit_tag_match(it.store->store, &match, &other, err),
		  err);
	expect_ok(image_edit_untag(it.store->store, &it.name, false, &out, err),
		  err);
	assert_int_equal(out.deleted.count, 0);
	expect_ok(names_get(it.store->store, &other, &record, err), err);
	assert_true(record.is_whole);
	assert_int_equal(record.members.count, 1);
	release(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_index_make__lists_images_then_attestations),
		STORE_TEST(test_index_make__statements_name_the_manifest),
		STORE_TEST(test_index_make__the_same_again_is_the_same),
		STORE_TEST(test_index_make__a_name_keeps_all_of_it),
		STORE_TEST(test_index_make__without_a_name_it_goes),
		STORE_TEST(test_index_make__a_further_name_means_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
