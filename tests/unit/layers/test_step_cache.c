/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the build cache: found, believed, forgotten. */
#include "layers/store/step_cache.h"

#include <sys/stat.h>

#include "tests/unit/layers/store_fixture.h"

/* Notes that the step KEY made the layer TEXT; NULL: none. */
static void put(struct store_fixture *fixture, const char *key,
		const char *text)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	json_t *note = json_pack("{s:s}", "key", key);
	struct digest digest = digest_of(key);

	if (text) {
		entry.has_layer = true;
		entry.layer.diff_id = put_layer(fixture, text);
		entry.layer.folder = xstrdup(digest_hex(&entry.layer.diff_id));
		entry.layer.size = strlen(text);
		entry.layer.tar_size = 10240;
		entry.layer.latest = 7;
	}
	expect_ok(step_cache_put(fixture->store, &digest, &entry, note,
				 &fixture->err),
		  &fixture->err);
	json_decref(note);
}

static bool has(struct store_fixture *fixture, const char *key)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	struct digest digest = digest_of(key);

	return step_cache_find(fixture->store, &digest, &entry);
}

static char *path_of(const char *key)
{
	struct digest digest = digest_of(key);
	const char *hex = digest_hex(&digest);

	return xasprintf("cache/steps/%.2s/%s", hex, hex);
}

static void test_step_cache__finds_what_was_put(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	struct digest digest = digest_of("one");
	struct digest layer = digest_of("layer");
	json_t *note;

	put(fixture, "one", "layer");
	assert_true(step_cache_find(fixture->store, &digest, &entry));
	assert_true(entry.has_layer);
	assert_true(digest_is_equal(&entry.layer.diff_id, &layer));
	assert_string_equal(entry.layer.folder, digest_hex(&layer));
	assert_int_equal(entry.layer.size, 5);
	assert_int_equal(entry.layer.tar_size, 10240);
	assert_int_equal(entry.layer.latest, 7);
	note = step_cache_note(fixture->store, &digest);
	assert_string_equal(json_string_value(json_object_get(note, "key")),
			    "one");
	json_decref(note);
	assert_false(has(fixture, "another"));
}

static void test_step_cache__a_step_may_make_no_layer(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	struct digest digest = digest_of("none");

	put(fixture, "none", NULL);
	assert_true(step_cache_find(fixture->store, &digest, &entry));
	assert_false(entry.has_layer);
	assert_null(entry.layer.folder);
}

static void test_step_cache__the_last_one_put_counts(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	struct digest digest = digest_of("one");
	struct digest layer = digest_of("second");

	put(fixture, "one", "first");
	put(fixture, "one", "second");
	assert_true(step_cache_peek(fixture->store, &digest, &entry));
	assert_true(digest_is_equal(&entry.layer.diff_id, &layer));
}

static void test_step_cache__without_its_layer_it_is_none(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest layer = digest_of("layer");

	put(fixture, "one", "layer");
	expect_ok(
		layer_remove(fixture->store, digest_hex(&layer), &fixture->err),
		&fixture->err);
	assert_false(has(fixture, "one"));
}

static void test_step_cache__what_is_no_entry_is_none(void **state)
{
	static const char *const texts[] = {
		"",	     "x",
		"-",	     "-:1:2",
		"-:1:2:3",   "../../etc:1:2:3:",
		"zz:1:2:3:", "abc:1:2:3:",
		"-:1:2:x:",  "-:1:2:3:another-boot",
	};
	struct store_fixture *fixture = *state;
	autofree char *path = path_of("one");

	for (size_t i = 1; i < sizeof(texts) / sizeof(*texts); i++) {
		put(fixture, "one", NULL);
		assert_true(has(fixture, "one"));
		assert_int_equal(unlinkat(fixture->store->root_fd, path, 0), 0);
		assert_int_equal(
			symlinkat(texts[i], fixture->store->root_fd, path), 0);
		if (has(fixture, "one"))
			fail_msg("\"%s\" was believed", texts[i]);
	}
}

static void test_step_cache__a_flushed_one_outlives_the_boot(void **state)
{
	struct store_fixture *fixture = *state;
	autofree char *path = path_of("one");
	struct digest digest = digest_of("one");
	char text[256];
	ssize_t length;

	put(fixture, "one", "layer");
	expect_ok(step_cache_mark(fixture->store, &digest, &fixture->err),
		  &fixture->err);
	length = readlinkat(fixture->store->root_fd, path, text, sizeof(text));
	assert_true(length > 0 && text[length - 1] == ':');
	assert_true(has(fixture, "one"));
	/* one that is gone is nothing to mark */
	digest = digest_of("none");
	expect_ok(step_cache_mark(fixture->store, &digest, &fixture->err),
		  &fixture->err);
	assert_false(has(fixture, "none"));
}

static void test_step_cache__only_finding_is_using(void **state)
{
	static const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	struct store_fixture *fixture = *state;
	autofree char *path = path_of("one");
	autoclean(step_entry_release) struct step_entry peeked =
		STEP_ENTRY_INIT;
	struct digest digest = digest_of("one");
	struct stat st;

	put(fixture, "one", NULL);
	assert_int_equal(utimensat(fixture->store->root_fd, path, old,
				   AT_SYMLINK_NOFOLLOW),
			 0);
	assert_true(step_cache_peek(fixture->store, &digest, &peeked));
	assert_int_equal(peeked.used, 1000 * INT64_C(1000000000));
	assert_true(has(fixture, "one"));
	assert_int_equal(fstatat(fixture->store->root_fd, path, &st,
				 AT_SYMLINK_NOFOLLOW),
			 0);
	assert_true(st.st_mtim.tv_sec > 1000);
}

static void test_step_cache__lists_and_forgets(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(strvec_release) struct strvec keys = STRVEC_INIT;
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	autoclean(strvec_release) struct strvec left = STRVEC_INIT;
	struct digest digest = digest_of("one");
	struct digest layer = digest_of("layer");

	expect_ok(step_cache_list(fixture->store, &keys, &fixture->err),
		  &fixture->err);
	assert_int_equal(keys.count, 0);
	put(fixture, "one", "layer");
	put(fixture, "two", NULL);
	expect_ok(step_cache_list(fixture->store, &keys, &fixture->err),
		  &fixture->err);
	expect_ok(step_cache_layers(fixture->store, &layers, &fixture->err),
		  &fixture->err);
	assert_int_equal(keys.count, 2);
	assert_true(strvec_has(&keys, digest.text));
	assert_int_equal(layers.count, 1);
	assert_string_equal(layers.items[0], digest_hex(&layer));
	for (int i = 0; i < 2; i++) /* absent is fine */
		expect_ok(step_cache_remove(fixture->store, &digest,
					    &fixture->err),
			  &fixture->err);
	assert_null(step_cache_note(fixture->store, &digest));
	expect_ok(step_cache_list(fixture->store, &left, &fixture->err),
		  &fixture->err);
	assert_int_equal(left.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_step_cache__finds_what_was_put),
		STORE_TEST(test_step_cache__a_step_may_make_no_layer),
		STORE_TEST(test_step_cache__the_last_one_put_counts),
		STORE_TEST(test_step_cache__without_its_layer_it_is_none),
		STORE_TEST(test_step_cache__what_is_no_entry_is_none),
		STORE_TEST(test_step_cache__a_flushed_one_outlives_the_boot),
		STORE_TEST(test_step_cache__only_finding_is_using),
		STORE_TEST(test_step_cache__lists_and_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
