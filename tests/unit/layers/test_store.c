/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the store, its marker, its lock. */
#include "layers/store/store.h"

#include <sys/stat.h>

#include "base/jsonx.h"
#include "tests/unit/layers/store_fixture.h"

static void test_store__is_an_oci_layout_and_private(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(jsonx_free) json_t *index = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct stat st;

	expect_ok(fs_read_file(fixture->store->root_fd, "oci-layout", 100,
			       &text, &fixture->err),
		  &fixture->err);
	assert_string_equal(text.text, "{\"imageLayoutVersion\":\"1.0.0\"}");
	expect_ok(jsonx_read(fixture->store->root_fd, "index.json", 1000,
			     &index, &fixture->err),
		  &fixture->err);
	assert_int_equal(json_array_size(json_object_get(index, "manifests")),
			 0);
	assert_int_equal(fstat(fixture->store->root_fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstat(fixture->store->run_fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_store__opens_again_and_keeps_what_is_there(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(store_close) struct store *again = NULL;

	damage(fixture, "index.json", "{\"manifests\":[1]}");
	expect_ok(store_open(fixture->store->root, fixture->store->run, &again,
			     &fixture->err),
		  &fixture->err);
	assert_true(fs_exists(again->root_fd, "index.json"));
	damage(fixture, "index.json", "x");
	assert_string_equal(store_boot_id(again),
			    store_boot_id(fixture->store));
	assert_int_equal(strlen(store_boot_id(again)), 36);
}

static void test_store__refuses_relative_roots(void **state)
{
	struct store_fixture *fixture = *state;
	struct store *store = NULL;

	assert_int_equal(
		store_open("relative/root", "/tmp", &store, &fixture->err), -1);
	assert_int_equal(fixture->err.kind, ERROR_INVALID);
	assert_false(fs_exists(AT_FDCWD, "relative"));
}

static void test_store__refuses_another_users_folder(void **state)
{
	struct store_fixture *fixture = *state;
	autofree char *root = xasprintf("%s/foreign", fixture->folder->path);
	struct store *store = NULL;

	if (geteuid() != 0) {
		print_message("needs root, to give a folder away\n");
		skip();
	}
	assert_int_equal(mkdir(root, 0777), 0);
	assert_int_equal(chown(root, 12345, 12345), 0);
	assert_int_equal(
		store_open(root, fixture->store->run, &store, &fixture->err),
		-1);
	assert_int_equal(fixture->err.kind, ERROR_DENIED);
}

static void test_store__folder_makes_levels_but_no_way_out(void **state)
{
	struct store_fixture *fixture = *state;
	autoclose int fd = -1;
	int none = -1;

	expect_ok(store_folder(fixture->store, "a/b/c", &fd, &fixture->err),
		  &fixture->err);
	assert_true(fs_exists(fixture->store->root_fd, "a/b/c"));
	assert_int_equal(symlinkat("/tmp", fixture->store->root_fd, "link"), 0);
	assert_int_equal(
		store_folder(fixture->store, "link/new", &none, &fixture->err),
		-1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_store__is_an_oci_layout_and_private),
		STORE_TEST(test_store__opens_again_and_keeps_what_is_there),
		STORE_TEST(test_store__refuses_relative_roots),
		STORE_TEST(test_store__refuses_another_users_folder),
		STORE_TEST(test_store__folder_makes_levels_but_no_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
