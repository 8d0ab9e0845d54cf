/* SPDX-License-Identifier: Apache-2.0 */
/* What removal may take and what it must leave. */
#include "layers/store/gc.h"

#include "layers/store/lease.h"
#include "tests/unit/layers/container_fixture.h"

static const char *const both[] = { "one", "two" };
static const char *const first[] = { "one" };

static bool has_layer(struct store_fixture *fixture, const char *text)
{
	struct digest id = digest_of(text);
	autofree char *path = xasprintf("layers/%s", digest_hex(&id));

	return fs_exists(fixture->store->root_fd, path);
}

static bool has_blob(struct store_fixture *fixture, const char *text)
{
	struct digest id = digest_of(text);

	return blob_exists(fixture->store, &id, NULL);
}

/* Plans over CANDIDATES (NULL: everything) and removes; returns bytes. */
static uint64_t sweep(struct store_fixture *fixture,
		      const struct strvec *candidates)
{
	autoclean(gc_plan_release) struct gc_plan plan = GC_PLAN_INIT;
	struct error *err = &fixture->err;

	expect_ok(gc_plan_make(fixture->store, candidates, &plan, err), err);
	expect_ok(gc_plan_execute(fixture->store, &plan, err), err);
	return plan.freed;
}

static void test_gc__images_keep_what_they_use(void **state)
{
	struct store_fixture *fixture = *state;

	(void)put_image(fixture, "a", both, 2);
	(void)put_blob(fixture, "orphan");
	(void)put_layer(fixture, "lonely");
	assert_int_equal(sweep(fixture, NULL),
			 strlen("orphan") + strlen("lonely"));
	assert_true(has_blob(fixture, "{\"label\":\"a\"}"));
	assert_true(has_blob(fixture, "{\"of\":\"a\"}"));
	assert_true(has_blob(fixture, "one") && has_layer(fixture, "one"));
	assert_true(has_blob(fixture, "two") && has_layer(fixture, "two"));
	assert_false(has_blob(fixture, "orphan"));
	assert_false(has_layer(fixture, "lonely"));
	assert_int_equal(sweep(fixture, NULL), 0);
}

static void test_gc__looks_at_the_candidates_only(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(strvec_release) struct strvec candidates = STRVEC_INIT;
	struct digest orphan = put_blob(fixture, "orphan");
	struct digest layer = put_layer(fixture, "lonely");

	(void)put_image(fixture, "a", first, 1);
	(void)put_blob(fixture, "other");
	strvec_add(&candidates, orphan.text);
	strvec_add(&candidates, digest_hex(&layer));
	strvec_add(&candidates, digest_of("one").text);
	strvec_add(&candidates, "sha256:no-digest");
	strvec_add(&candidates, "../../no-layer");
	assert_int_equal(sweep(fixture, &candidates), 12);
	assert_true(has_blob(fixture, "other"));
	assert_true(has_blob(fixture, "one"));
	assert_false(has_blob(fixture, "orphan"));
	assert_false(has_layer(fixture, "lonely"));
}

static void test_gc__leases_hold(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	struct digest blob = put_blob(fixture, "orphan");
	struct digest layer = put_layer(fixture, "lonely");
	struct error *err = &fixture->err;

	expect_ok(lease_open(fixture->store, &lease, err), err);
	expect_ok(lease_add(&lease, "blob", blob.text, err), err);
	expect_ok(lease_add(&lease, "layer", digest_hex(&layer), err), err);
	assert_int_equal(sweep(fixture, NULL), 0);
	assert_true(has_blob(fixture, "orphan"));
	assert_true(has_layer(fixture, "lonely"));
	lease_release(&lease);
	assert_int_equal(sweep(fixture, NULL), 12);
}

static void test_gc__containers_keep_their_layers(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest layer = put_layer(fixture, "lonely");
	autofree char *text = xasprintf("{\"layers\":[\"%s\"]}",
					digest_hex(&layer));
	autofree char *id = put_container(fixture, "aa", text);

	assert_non_null(id);
	free(put_container(fixture, "bb", "damaged"));
	assert_int_equal(sweep(fixture, NULL), 0);
	assert_true(has_layer(fixture, "lonely"));
}

static void test_gc__a_name_keeps_the_index_it_stands_for(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", first, 1);
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct name_record record = NAME_RECORD_INIT;
	struct error *err = &fixture->err;

	record.target = put_blob(fixture, "index");
	record.manifest = digest_of("{\"of\":\"a\"}");
	record.image = id;
	expect_ok(reference_parse("x:1", &ref, err), err);
	expect_ok(image_edit_name(fixture->store, &ref, &record, err), err);
	assert_int_equal(sweep(fixture, NULL), 0);
	assert_true(has_blob(fixture, "index"));
	expect_ok(names_remove(fixture->store, &ref, err), err);
	assert_int_equal(sweep(fixture, NULL), 5);
}

static void test_gc__drafts_and_strangers_are_left_alone(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;

	expect_ok(layer_draft_open(fixture->store, &draft, &fixture->err),
		  &fixture->err);
	damage(fixture, "blobs/sha256/README", "x");
	assert_int_equal(sweep(fixture, NULL), 0);
	assert_true(fs_exists(draft.folder_fd, "fs"));
	assert_true(fs_exists(fixture->store->root_fd, "blobs/sha256/README"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_gc__images_keep_what_they_use),
		STORE_TEST(test_gc__looks_at_the_candidates_only),
		STORE_TEST(test_gc__leases_hold),
		STORE_TEST(test_gc__containers_keep_their_layers),
		STORE_TEST(test_gc__a_name_keeps_the_index_it_stands_for),
		STORE_TEST(test_gc__drafts_and_strangers_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
