/* SPDX-License-Identifier: Apache-2.0 */
/* Checking stores: clean ones, damaged ones, ones a crash left. */
#include "layers/image/image_check.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "layers/store/image_record.h"
#include "layers/store/lease.h"
#include "layers/store/partial.h"
#include "tests/unit/layers/archive_fixture.h"

/* What a check found, as text: "kind subject: text" a line. */
struct seen {
	struct strbuf text;
	struct check_totals totals;
};

static void seen_release(struct seen *seen)
{
	strbuf_release(&seen->text);
}
DEFINE_CLEANUP(struct seen, seen_release)

#define SEEN_INIT            \
	{                    \
		STRBUF_INIT, \
		{            \
			0    \
		}            \
	}

static void note(void *context, const struct check_finding *finding)
{
	struct seen *seen = context;

	strbuf_addf(&seen->text, "%s%s %s: %s\n",
		    finding->kind == CHECK_PROBLEM ? "problem" : "leftover",
		    finding->is_repaired ? " repaired" : "", finding->subject,
		    finding->text);
}

enum how { LOOK = 0, REPAIR = 1, DEEP = 2, MUCH_LATER = 4 };

static void check(struct store_fixture *fixture, unsigned how,
		  struct seen *seen)
{
	struct check_request request = {
		.store = fixture->store,
		.now = clock_now() +
		       (how & MUCH_LATER ? 30 * 86400 * CLOCK_SECOND : 0),
		.repair = how & REPAIR,
		.is_deep = how & DEEP,
		.found = note,
		.context = seen,
	};

	strbuf_truncate(&seen->text, 0);
	expect_ok(image_check(&request, &seen->totals, &fixture->err),
		  &fixture->err);
}

static void expect_clean(struct store_fixture *fixture)
{
	autoclean(seen_release) struct seen seen = SEEN_INIT;

	check(fixture, DEEP, &seen);
	if (seen.text.length)
		fail_msg("%s", seen.text.text);
}

/* Fails unless the findings have PART in them. */
static void expect_finding(const struct seen *seen, const char *part)
{
	if (!strstr(seen->text.text, part))
		fail_msg("no \"%s\" in: %s", part, seen->text.text);
}

/* A good image from an archive, called x:1; returns its id. */
static struct digest load(struct store_fixture *fixture)
{
	autoclean(fixture_release) struct fixture archive = { 0 };
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	struct digest id;

	archive_docker(&archive, "[\"x:1\"]", &id);
	expect_ok(archive_load(fixture, &archive, &result), &fixture->err);
	return id;
}

static void get(struct store_fixture *fixture, const struct digest *id,
		struct image_record *out)
{
	expect_ok(image_record_load(fixture->store, id, out, &fixture->err),
		  &fixture->err);
}

static void test_image_check__a_good_store_is_clean(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(seen_release) struct seen seen = SEEN_INIT;
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	struct digest some = digest_of("some");
	struct error *err = &fixture->err;

	expect_clean(fixture);
	(void)load(fixture);
	/* what others are at is no leftover */
	expect_ok(lease_open(fixture->store, &lease, err), err);
	expect_ok(partial_open(fixture->store, &some, 9, &partial, err), err);
	expect_ok(layer_draft_open(fixture->store, &draft, err), err);
	expect_clean(fixture);
	check(fixture, REPAIR, &seen);
	assert_string_equal(seen.text.text, "");
	assert_int_equal(seen.totals.images, 1);
	assert_int_equal(seen.totals.layers, 2);
	assert_int_equal(seen.totals.names, 1);
	assert_int_equal(seen.totals.blobs, 4);
}

static void test_image_check__finds_and_mends_a_damaged_layer(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture);
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(seen_release) struct seen seen = SEEN_INIT;
	autofree char *path = NULL;
	autofree char *tree = NULL;

	get(fixture, &id, &record);
	path = xasprintf("layers/%s/layer.json", record.layers[0].folder);
	tree = xasprintf("layers/%s/fs/one", record.layers[0].folder);
	damage(fixture, path, "{}");
	check(fixture, LOOK, &seen);
	assert_int_equal(seen.totals.problems + seen.totals.leftovers, 1);
	expect_finding(&seen, id.text);
	check(fixture, REPAIR, &seen);
	assert_int_equal(seen.totals.repaired, 1);
	assert_int_equal(seen.totals.problems + seen.totals.leftovers, 0);
	expect_clean(fixture);
	assert_int_equal(
		fs_remove_tree(fixture->store->root_fd, path, &fixture->err),
		0);
	assert_int_equal(
		fs_remove_tree(fixture->store->root_fd, tree, &fixture->err),
		0);
	check(fixture, LOOK, &seen);
	assert_int_equal(seen.totals.problems, 1);
	check(fixture, REPAIR, &seen);
	expect_clean(fixture);
	assert_true(fs_exists(fixture->store->root_fd, tree));
}

static void test_image_check__finds_a_damaged_blob(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture);
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(seen_release) struct seen seen = SEEN_INIT;
	autofree char *path = NULL;

	get(fixture, &id, &record);
	path = blob_path(&record.layers[1].blob);
	damage(fixture, path, "damaged");
	check(fixture, LOOK, &seen);
	expect_finding(&seen, "problem blob sha256:");
	expect_finding(&seen, "its bytes have digest");
	expect_finding(&seen, "problem image ");
	assert_int_equal(seen.totals.problems, 2);
	/* nobody to fetch it from: the damaged one goes, the image tells */
	check(fixture, REPAIR, &seen);
	assert_int_equal(seen.totals.problems, 1);
	assert_false(blob_exists(fixture->store, &record.layers[1].blob, NULL));
	(void)load(fixture);
	expect_clean(fixture);
}

static void test_image_check__damage_without_an_image_is_left_over(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest blob = put_blob(fixture, "text");
	autoclean(seen_release) struct seen seen = SEEN_INIT;
	autofree char *path = blob_path(&blob);

	damage(fixture, path, "");
	check(fixture, LOOK, &seen);
	assert_int_equal(seen.totals.problems, 0);
	assert_int_equal(seen.totals.leftovers, 1);
	check(fixture, REPAIR, &seen);
	assert_int_equal(seen.totals.repaired, 1);
	expect_clean(fixture);
}

static void test_image_check__a_lost_record_is_written_anew(void **state)
{
	static const char *const damages[] = { "", "{", NULL };
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture);
	autofree char *path = xasprintf("images/%.2s/%s/record.json",
					digest_hex(&id), digest_hex(&id));
	autofree char *folder = xasprintf("images/%.2s/%s", digest_hex(&id),
					  digest_hex(&id));

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		autoclean(seen_release) struct seen seen = SEEN_INIT;
		autoclean(image_record_release) struct image_record record =
			IMAGE_RECORD_INIT;
		autoclean(strvec_release) struct strvec names = STRVEC_INIT;

		if (damages[i])
			damage(fixture, path, damages[i]);
		else
			expect_ok(fs_remove_tree(fixture->store->root_fd,
						 folder, &fixture->err),
				  &fixture->err);
		check(fixture, LOOK, &seen);
		expect_finding(&seen, "problem name x:1: the record of image");
		check(fixture, REPAIR, &seen);
		assert_int_equal(seen.totals.problems, 0);
		get(fixture, &id, &record);
		expect_ok(image_record_names(fixture->store, &id, &names,
					     &names, &fixture->err),
			  &fixture->err);
		assert_int_equal(names.count, 1);
		expect_clean(fixture);
	}
}

static void test_image_check__a_name_without_an_image_goes(void **state)
{
	static const char *const layers[] = { "one" };
	struct store_fixture *fixture = *state;
	struct digest id = put_image(fixture, "a", layers, 1);
	autoclean(seen_release) struct seen seen = SEEN_INIT;

	put_name(fixture, &id, "x:1");
	expect_ok(image_record_remove(fixture->store, &id, &fixture->err),
		  &fixture->err);
	check(fixture, LOOK, &seen);
	assert_int_equal(seen.totals.problems, 1);
	/* its manifest is none, so it cannot be mended */
	check(fixture, REPAIR, &seen);
	expect_finding(&seen, "the name was removed");
	expect_clean(fixture);
	assert_false(fs_exists(fixture->store->root_fd, "refs/docker.io"));
}

static void test_image_check__unreadable_names_go(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture);
	autoclean(seen_release) struct seen seen = SEEN_INIT;

	put_name(fixture, &id, "y:1");
	put_name(fixture, &id, "y:2");
	damage(fixture, "refs/docker.io/library/y/:1", "{");
	damage(fixture, "refs/docker.io/library/y/:2", "");
	check(fixture, LOOK, &seen);
	expect_finding(&seen, "problem name y:1: its file cannot be read");
	expect_finding(&seen, "leftover name y:2: its file cannot be read");
	check(fixture, REPAIR, &seen);
	expect_clean(fixture);
	assert_false(
		fs_exists(fixture->store->root_fd, "refs/docker.io/library/y"));
}

static void test_image_check__index_json_follows(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(seen_release) struct seen seen = SEEN_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)load(fixture);
	damage(fixture, "index.json",
	       "{\"manifests\":[{\"digest\":\"sha256:1\",\"annotations\":{"
	       "\"org.opencontainers.image.ref.name\":\"docker.io/library/z:1\""
	       "}},{\"digest\":\"sha256:2\",\"annotations\":{"
	       "\"org.opencontainers.image.ref.name\":\"foreign\"}}]}");
	check(fixture, LOOK, &seen);
	assert_int_equal(seen.totals.problems, 0);
	assert_int_equal(seen.totals.leftovers, 2);
	check(fixture, REPAIR, &seen);
	expect_clean(fixture);
	expect_ok(fs_read_file(fixture->store->root_fd, "index.json", 10000,
			       &text, &fixture->err),
		  &fixture->err);
	assert_non_null(strstr(text.text, "docker.io/library/x:1"));
	assert_null(strstr(text.text, "docker.io/library/z:1"));
	assert_non_null(strstr(text.text, "foreign"));
}

/* A process id that no process has any more. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void put_leftovers(struct store_fixture *fixture)
{
	autofree char *layer = xasprintf("layers/.new-%d-1", (int)dead_pid());
	autofree char *old = xasprintf("layers/.old-%d-1", (int)dead_pid());
	const char *const folders[] = {
		"layers",
		"partial",
		"leases",
		layer,
		old,
		"partial/.spool-1",
		"containers/.5",
		"containers/ab/abc",
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		expect_ok(fs_make_dirs(fixture->store->root_fd, folders[i],
				       FS_NO_LINKS, 0700, NULL, &fixture->err),
			  &fixture->err);
	damage(fixture, "partial/.spool-1/0", "x");
	damage(fixture, "partial/sha256-1", "x");
	damage(fixture, "partial/sha256-1.have", "x");
	damage(fixture, "partial/sha256-1.lock", "");
	damage(fixture, "leases/1-1", "blob x\n");
	damage(fixture, "blobs/sha256/.tmp-1", "x");
	damage(fixture, ".tmp-2", "x");
}

static void test_image_check__leftovers_are_no_problems(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(seen_release) struct seen seen = SEEN_INIT;

	put_leftovers(fixture);
	check(fixture, LOOK, &seen);
	/* the young files may still be somebody's */
	assert_int_equal(seen.totals.leftovers, 3);
	check(fixture, MUCH_LATER, &seen);
	assert_int_equal(seen.totals.problems, 0);
	assert_int_equal(seen.totals.leftovers, 11);
	check(fixture, MUCH_LATER | REPAIR, &seen);
	assert_int_equal(seen.totals.repaired, 11);
	expect_empty(fixture);
	assert_false(fs_exists(fixture->store->root_fd, ".tmp-2"));
}

static void test_image_check__what_is_not_ours_is_left_alone(void **state)
{
	struct store_fixture *fixture = *state;

	damage(fixture, "blobs/sha256/README", "x");
	damage(fixture, "README", "x");
	expect_ok(fs_make_dirs(fixture->store->root_fd, "refs/docker.io/x",
			       FS_NO_LINKS, 0700, NULL, &fixture->err),
		  &fixture->err);
	damage(fixture, "refs/docker.io/x/README", "x");
	damage(fixture, "refs/docker.io/x/:bad tag", "x");
	expect_clean(fixture);
}

static void test_image_check__deep_compares_diff_ids(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest id = load(fixture);
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(seen_release) struct seen seen = SEEN_INIT;

	get(fixture, &id, &record);
	record.layers[0].blob = record.layers[1].blob;
	record.layers[0].blob_size = record.layers[1].blob_size;
	expect_ok(image_record_save(fixture->store, &record, &fixture->err),
		  &fixture->err);
	check(fixture, LOOK, &seen);
	assert_int_equal(seen.totals.problems, 0);
	check(fixture, DEEP, &seen);
	assert_int_equal(seen.totals.problems, 1);
	check(fixture, DEEP | REPAIR, &seen);
	expect_clean(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_check__a_good_store_is_clean),
		STORE_TEST(test_image_check__finds_and_mends_a_damaged_layer),
		STORE_TEST(test_image_check__finds_a_damaged_blob),
		STORE_TEST(
			test_image_check__damage_without_an_image_is_left_over),
		STORE_TEST(test_image_check__a_lost_record_is_written_anew),
		STORE_TEST(test_image_check__a_name_without_an_image_goes),
		STORE_TEST(test_image_check__unreadable_names_go),
		STORE_TEST(test_image_check__index_json_follows),
		STORE_TEST(test_image_check__leftovers_are_no_problems),
		STORE_TEST(test_image_check__what_is_not_ours_is_left_alone),
		STORE_TEST(test_image_check__deep_compares_diff_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
