/* SPDX-License-Identifier: Apache-2.0 */
/* Layers: drafts, races for one name, layers that a crash may have hurt. */
#include "layers/store/layer.h"

#include <sys/stat.h>

#include "tests/unit/layers/store_fixture.h"

static void test_layer__a_draft_appears_when_committed(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_layer(fixture, "one");
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autoclose int tree = -1;
	struct stat st;

	expect_ok(layer_load(fixture->store, digest_hex(&id), &record,
			     &fixture->err),
		  &fixture->err);
	assert_int_equal(record.size, 3);
	assert_false(record.synced);
	assert_string_equal(record.boot, store_boot_id(fixture->store));
	expect_ok(layer_open(fixture->store, digest_hex(&id), &tree,
			     &fixture->err),
		  &fixture->err);
	assert_true(fs_exists(tree, "one"));
	assert_int_equal(fstat(tree, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

static void test_layer__an_abandoned_draft_leaves_nothing(void **state)
{
	struct store_fixture *fixture = *state;
	struct layer_draft draft;
	autofree char *folder = NULL;

	expect_ok(layer_draft_open(fixture->store, &draft, &fixture->err),
		  &fixture->err);
	folder = xstrdup(draft.temporary);
	assert_true(fs_exists(fixture->store->root_fd, folder));
	layer_draft_release(&draft);
	assert_false(fs_exists(fixture->store->root_fd, folder));
	layer_draft_release(&draft);
}

static void test_layer__the_umask_does_not_matter(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	mode_t was = umask(077);
	struct stat st;

	expect_ok(layer_draft_open(fixture->store, &draft, &fixture->err),
		  &fixture->err);
	(void)umask(was);
	assert_int_equal(fstat(draft.tree_fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

/* Commits a layer named like "one", but with the file NAME in it. */
static void commit_as_one(struct store_fixture *fixture, const char *name)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	record.diff_id = digest_of("one");
	expect_ok(layer_draft_open(fixture->store, &draft, &fixture->err),
		  &fixture->err);
	expect_ok(atomicfile_put(draft.tree_fd, name, "", 0, 0, &fixture->err),
		  &fixture->err);
	expect_ok(layer_draft_commit(fixture->store, &draft,
				     digest_hex(&record.diff_id), &record,
				     &fixture->err),
		  &fixture->err);
}

static bool has_file(struct store_fixture *fixture, const struct digest *id,
		     const char *name)
{
	autoclose int tree = -1;

	expect_ok(layer_open(fixture->store, digest_hex(id), &tree,
			     &fixture->err),
		  &fixture->err);
	return fs_exists(tree, name);
}

static void test_layer__the_first_of_two_stays(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_layer(fixture, "one");

	commit_as_one(fixture, "second");
	assert_true(has_file(fixture, &id, "one"));
	assert_false(has_file(fixture, &id, "second"));
}

static char *record_file(const struct digest *id)
{
	return xasprintf("layers/%s/layer.json", digest_hex(id));
}

static void test_layer__one_of_another_boot_is_replaced(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_layer(fixture, "one");
	autofree char *path = record_file(&id);
	autofree char *old = xasprintf(
		"{\"diffID\":\"%s\",\"boot\":\"x\",\"synced\":false}", id.text);
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	damage(fixture, path, old);
	assert_int_equal(layer_load(fixture->store, digest_hex(&id), &record,
				    &fixture->err),
			 -1);
	assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	commit_as_one(fixture, "second");
	assert_true(has_file(fixture, &id, "second"));
	assert_false(has_file(fixture, &id, "one"));
}

static void test_layer__a_flushed_one_outlives_the_boot(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_layer(fixture, "one");
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autoclean(layer_record_release) struct layer_record again =
		LAYER_RECORD_INIT;

	expect_ok(layer_load(fixture->store, digest_hex(&id), &record,
			     &fixture->err),
		  &fixture->err);
	record.synced = true;
	(void)snprintf(record.boot, sizeof(record.boot), "x");
	strvec_add(&record.implicit, "usr/lib");
	expect_ok(layer_save(fixture->store, digest_hex(&id), &record,
			     &fixture->err),
		  &fixture->err);
	expect_ok(layer_load(fixture->store, digest_hex(&id), &again,
			     &fixture->err),
		  &fixture->err);
	assert_true(again.synced);
	assert_int_equal(again.implicit.count, 1);
	assert_string_equal(again.implicit.items[0], "usr/lib");
}

static void test_layer__a_damaged_record_is_corrupt(void **state)
{
	static const char *const damages[] = {
		"",
		"{}",
		"[]",
		"{\"diffID\":\"x\"}",
		"{\"diffID\":7,\"size\":1}",
	};
	struct store_fixture *fixture = *state;
	struct digest id = put_layer(fixture, "one");
	autofree char *path = record_file(&id);

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		autoclean(layer_record_release) struct layer_record record =
			LAYER_RECORD_INIT;

		damage(fixture, path, damages[i]);
		assert_int_equal(layer_load(fixture->store, digest_hex(&id),
					    &record, &fixture->err),
				 -1);
		assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	}
	commit_as_one(fixture, "second");
	assert_true(has_file(fixture, &id, "second"));
}

static void test_layer__removal_leaves_nothing(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_layer(fixture, "one");
	autofree char *aside = xasprintf("layers/.old-%d-%s", (int)getpid(),
					 digest_hex(&id));
	autofree char *inside = xasprintf("%s/f", aside);
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	/* an earlier process with our number died while it removed */
	assert_int_equal(mkdirat(fixture->store->root_fd, aside, 0700), 0);
	assert_int_equal(mkdirat(fixture->store->root_fd, inside, 0700), 0);
	expect_ok(layer_remove(fixture->store, digest_hex(&id), &fixture->err),
		  &fixture->err);
	assert_int_equal(layer_load(fixture->store, digest_hex(&id), &record,
				    &fixture->err),
			 -1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
	expect_ok(layer_remove(fixture->store, digest_hex(&id), &fixture->err),
		  &fixture->err);
	expect_ok(fs_remove_tree(fixture->store->root_fd, aside, &fixture->err),
		  &fixture->err);
	assert_int_equal(
		unlinkat(fixture->store->root_fd, "layers", AT_REMOVEDIR), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_layer__a_draft_appears_when_committed),
		STORE_TEST(test_layer__an_abandoned_draft_leaves_nothing),
		STORE_TEST(test_layer__the_umask_does_not_matter),
		STORE_TEST(test_layer__the_first_of_two_stays),
		STORE_TEST(test_layer__one_of_another_boot_is_replaced),
		STORE_TEST(test_layer__a_flushed_one_outlives_the_boot),
		STORE_TEST(test_layer__a_damaged_record_is_corrupt),
		STORE_TEST(test_layer__removal_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
