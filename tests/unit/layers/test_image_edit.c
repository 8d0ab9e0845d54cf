/* SPDX-License-Identifier: Apache-2.0 */
/* Naming and removing images, on a full disk too. */
#include "layers/image/image_edit.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "layers/image/image_find.h"
#include "layers/store/names.h"
#include "tests/unit/layers/store_fixture.h"

static const char *const both[] = { "one", "two" };
static const char *const first[] = { "one" };

static bool has_image(struct store_fixture *fixture, const struct digest *id)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	return image_record_load(fixture->store, id, &record, &fixture->err) ==
	       0;
}

static void untag(struct store_fixture *fixture, const char *name, bool keep,
		  struct image_removal *out)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct error *err = &fixture->err;

	image_removal_release(out);
	expect_ok(reference_parse(name, &ref, err), err);
	reference_default_tag(&ref);
	expect_ok(image_edit_untag(fixture->store, &ref, keep, out, err), err);
}

/* Notes that the repository of TAG had image ID under DIGEST. */
static void put_digest(struct store_fixture *fixture, const char *name,
		       const struct digest *id)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct name_record record = NAME_RECORD_INIT;
	struct error *err = &fixture->err;

	record.target = digest_of("{\"of\":\"a\"}");
	record.manifest = record.target;
	record.image = *id;
	expect_ok(reference_parse(name, &ref, err), err);
	expect_ok(image_edit_name(fixture->store, &ref, &record, err), err);
}

static void test_image_edit__untag_then_delete(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", both, 2);
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;

	(void)put_image(fixture, "b", first, 1);
	put_name(fixture, &id, "x:1");
	put_name(fixture, &id, "x:2");
	untag(fixture, "x:1", false, &out);
	assert_int_equal(out.untagged.count, 1);
	assert_string_equal(out.untagged.items[0], "x:1");
	assert_int_equal(out.deleted.count, 0);
	assert_true(has_image(fixture, &id));
	untag(fixture, "x:2", false, &out);
	assert_string_equal(out.untagged.items[0], "x:2");
	assert_int_equal(out.deleted.count, 2);
	assert_string_equal(out.deleted.items[0], id.text);
	assert_string_equal(out.deleted.items[1], digest_of("two").text);
	assert_true(out.freed > 0);
	assert_false(has_image(fixture, &id));
}

static void test_image_edit__the_last_tag_takes_the_digests(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", both, 2);
	autofree char *name = xasprintf("x@%s",
					digest_of("{\"of\":\"a\"}").text);
	autofree char *other = xasprintf("y@%s",
					 digest_of("{\"of\":\"a\"}").text);
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;

	put_name(fixture, &id, "x:1");
	put_name(fixture, &id, "x:2");
	put_digest(fixture, name, &id);
	put_digest(fixture, other, &id);
	untag(fixture, "x:1", false, &out);
	assert_int_equal(out.untagged.count, 1);
	untag(fixture, "x:2", false, &out);
	assert_int_equal(out.untagged.count, 2);
	assert_string_equal(out.untagged.items[1], name);
	assert_true(has_image(fixture, &id)); /* y's digest is left */
	untag(fixture, other, false, &out);
	assert_false(has_image(fixture, &id));
}

static void test_image_edit__a_known_tag_is_noted_and_nothing_read(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", first, 1);
	autoclean(name_record_release) struct name_record meant =
		NAME_RECORD_INIT;
	autoclean(name_record_release) struct name_record found =
		NAME_RECORD_INIT;
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct error *err = &fixture->err;

	meant.target = digest_of("{\"of\":\"a\"}");
	meant.manifest = meant.target;
	meant.image = id;
	expect_ok(reference_parse("x:1", &ref, err), err);
	for (int i = 0; i < 2; i++)
		expect_ok(
			image_edit_tag_known(fixture->store, &meant, &ref, err),
			err);
	assert_true(names_has(fixture->store, &ref, &meant));
	expect_ok(names_get(fixture->store, &ref, &found, err), err);
	assert_string_equal(found.image.text, id.text);
	expect_ok(image_record_load(fixture->store, &id, &image, err), err);
	assert_true(image.tagged == 0);
	assert_true(image_record_tagged(fixture->store, &image) > 0);
	meant.size = 7;
	assert_false(names_has(fixture->store, &ref, &meant));
	/* a push took the manifest away: the image's own is meant then */
	meant.manifest = digest_of("gone");
	expect_ok(image_edit_tag_known(fixture->store, &meant, &ref, err), err);
	name_record_release(&found);
	expect_ok(names_get(fixture->store, &ref, &found, err), err);
	assert_string_equal(found.manifest.text, image.manifest.text);
	/* an image that is gone gets no name */
	meant.image = digest_of("other");
	meant.manifest = image.manifest;
	assert_int_equal(
		image_edit_tag_known(fixture->store, &meant, &ref, err), -1);
	assert_int_equal(err->kind, ERROR_NOT_FOUND);
}

static void test_image_edit__a_used_image_stays_untagged(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", first, 1);
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;

	put_name(fixture, &id, "x:1");
	untag(fixture, "x:1", true, &out);
	assert_int_equal(out.untagged.count, 1);
	assert_int_equal(out.deleted.count, 0);
	assert_true(has_image(fixture, &id));
}

static void test_image_edit__a_name_moves(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest a = put_image(fixture, "a", first, 1);
	struct digest b = put_image(fixture, "b", first, 1);
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;
	struct error *err = &fixture->err;

	put_name(fixture, &a, "x:1");
	put_name(fixture, &b, "x:1");
	expect_ok(image_find(fixture->store, "x:1", &match, err), err);
	assert_string_equal(match.id.text, b.text);
	assert_true(has_image(fixture, &a));
	/* removing the dangling one leaves the name with its new owner */
	expect_ok(image_edit_remove(fixture->store, &a, &out, err), err);
	assert_int_equal(out.untagged.count, 0);
	image_match_release(&match);
	expect_ok(image_find(fixture->store, "x:1", &match, err), err);
}

static void test_image_edit__remove_takes_every_name(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", both, 2);
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;

	put_name(fixture, &id, "x:1");
	put_name(fixture, &id, "y:1");
	expect_ok(image_edit_remove(fixture->store, &id, &out, &fixture->err),
		  &fixture->err);
	assert_int_equal(out.untagged.count, 2);
	assert_int_equal(out.deleted.count, 3);
	assert_false(fs_exists(fixture->store->root_fd, "refs/docker.io"));
	assert_int_equal(
		image_edit_remove(fixture->store, &id, &out, &fixture->err),
		-1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
}

static void test_image_edit__a_damaged_image_can_be_untagged(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", both, 2);
	autoclean(image_removal_release) struct image_removal out =
		IMAGE_REMOVAL_INIT;
	autofree char *path = xasprintf("images/%.2s/%s/record.json",
					digest_hex(&id), digest_hex(&id));

	put_name(fixture, &id, "x:1");
	damage(fixture, path, "");
	untag(fixture, "x:1", false, &out);
	assert_int_equal(out.untagged.count, 1);
	assert_false(fs_exists(fixture->store->root_fd, path));
}

/* Fills the file system that PATH lies on. */
static void fill(const char *path)
{
	char chunk[4096] = "";
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (write(fd, chunk, sizeof(chunk)) > 0)
		continue;
	(void)close(fd);
}

enum { MANY = 40 };

/*
 * On a file system of its own, filled up again and again: names go one by
 * one, then the image. The lists of names are larger than what a removed
 * name's own file gives back.
 */
static int remove_on_full_disk(const char *path)
{
	struct store_fixture fixture = { NULL, NULL, ERROR_INIT };
	struct image_removal out = IMAGE_REMOVAL_INIT;
	autofree char *root = xasprintf("%s/root", path);
	autofree char *full = xasprintf("%s/full", path);
	struct digest id;

	if (unshare(CLONE_NEWNS) < 0)
		return 77;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", path, "tmpfs", 0, "size=1m") < 0)
		return 77;
	if (store_open(root, root, &fixture.store, &fixture.err) < 0)
		return 2;
	id = put_image(&fixture, "a", both, 2);
	for (int i = 0; i < MANY; i++) {
		autofree char *name = xasprintf("x/%0200d:%d", 0, i);

		put_name(&fixture, &id, name);
	}
	fill(full);
	if (blob_put(fixture.store, &id, "{\"label\":\"a\"}", 13,
		     &fixture.err) == 0)
		return 3; /* the disk is not full at all */
	for (int i = 0; i < MANY; i++) {
		autofree char *name = xasprintf("x/%0200d:%d", 0, i);

		untag(&fixture, name, false, &out);
		fill(full);
	}
	return has_image(&fixture, &id) ? 4 : 0;
}

static void test_image_edit__removal_needs_no_space(void **state)
{
	struct store_fixture *fixture = *state;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(remove_on_full_disk(fixture->folder->path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("needs the right to mount a tmpfs\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_edit__untag_then_delete),
		STORE_TEST(test_image_edit__the_last_tag_takes_the_digests),
		STORE_TEST(
			test_image_edit__a_known_tag_is_noted_and_nothing_read),
		STORE_TEST(test_image_edit__a_used_image_stays_untagged),
		STORE_TEST(test_image_edit__a_name_moves),
		STORE_TEST(test_image_edit__remove_takes_every_name),
		STORE_TEST(test_image_edit__a_damaged_image_can_be_untagged),
		STORE_TEST(test_image_edit__removal_needs_no_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
