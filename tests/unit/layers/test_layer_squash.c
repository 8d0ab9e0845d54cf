/* SPDX-License-Identifier: Apache-2.0 */
/* Layers as one: what stays, what hides. */
#include "layers/image/layer_squash.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include "tests/unit/layers/store_fixture.h"

/*
 * A layer of words: "d/" a folder, "o!" an opaque one, "-x" a name that is
 * gone, "~x" the same by a file ".wh.x", anything else a file. Its folder is
 * digest_of the words.
 */
static char *make_layer(struct store_fixture *fixture, const char *words)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	struct error *err = &fixture->err;

	record.diff_id = digest_of(words);
	expect_ok(layer_draft_open(fixture->store, &draft, err), err);
	for (const char *at = words; *at;) {
		size_t length = strcspn(at, " ");
		bool is_marked = *at == '-' || *at == '~';
		autofree char *word =
			xasprintf("%s%.*s", *at == '~' ? ".wh." : "",
				  (int)length - is_marked, at + is_marked);
		char *last = word + strlen(word) - 1;
		char kind = is_marked ? *at : *last;
		autofree char *path = NULL;

		if (kind == '/' || kind == '!')
			*last = '\0';
		path = xasprintf("/proc/self/fd/%d/%s", draft.tree_fd, word);
		if (kind == '/' || kind == '!') {
			assert_int_equal(mkdirat(draft.tree_fd, word, 0755), 0);
		} else {
			autoclose int fd = openat(draft.tree_fd, word,
						  O_WRONLY | O_CREAT | O_EXCL |
							  O_CLOEXEC,
						  kind == '~' ? 0700 : 0644);

			assert_true(fd >= 0);
			if (!is_marked)
				expect_ok(fs_write_all(fd, words, strlen(words),
						       err),
					  err);
		}
		if (kind == '!' || kind == '-')
			assert_int_equal(
				lsetxattr(path,
					  kind == '!' ? "user.overlay.opaque"
						      : "user.overlay.whiteout",
					  "y", 1, 0),
				0);
		at += length + (at[length] == ' ');
	}
	expect_ok(layer_draft_commit(fixture->store, &draft,
				     digest_hex(&record.diff_id), &record, err),
		  err);
	return xstrdup(digest_hex(&record.diff_id));
}

static bool has_mark(int tree, const char *name, const char *what)
{
	autofree char *path = xasprintf("/proc/self/fd/%d/%s", tree, name);
	autofree char *own = xasprintf("user.overlay.%s", what);
	autofree char *roots = xasprintf("trusted.overlay.%s", what);

	return lgetxattr(path, own, NULL, 0) >= 0 ||
	       lgetxattr(path, roots, NULL, 0) >= 0;
}

/* Squashes the layers upon one of BELOW, and opens what came of it. */
static int squash(struct store_fixture *fixture, const char *below,
		  const char *const *layers, size_t count)
{
	autoclean(layer_made_release) struct layer_made made = LAYER_MADE_INIT;
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;
	autofree char *base = make_layer(fixture, below);
	autofree char *path = xasprintf("layers/%s/fs", base);
	autoclose int lower = openat(fixture->store->root_fd, path,
				     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct layer_squash request = {
		.store = fixture->store,
		.below = lower,
		.lease = &lease,
	};
	int tree = -1;

	for (size_t i = 0; i < count; i++)
		strvec_take(&folders, make_layer(fixture, layers[i]));
	request.folders = folders.items;
	request.count = folders.count;
	expect_ok(lease_open(fixture->store, &lease, &fixture->err),
		  &fixture->err);
	expect_ok(layer_squash(&request, &made, &fixture->err), &fixture->err);
	expect_ok(layer_open(fixture->store, made.folder, &tree, &fixture->err),
		  &fixture->err);
	return tree;
}

static void test_layer_squash__the_topmost_file_stays(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "d/ d/a d/b", "d/ d/a c" };
	autoclose int tree = squash(fixture, "base", layers, 2);
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(100);

	assert_true(fs_exists(tree, "d/b") && fs_exists(tree, "c"));
	assert_false(fs_exists(tree, "base"));
	expect_ok(fs_read_file(tree, "d/a", 100, &text, &fixture->err),
		  &fixture->err);
	assert_string_equal(text.text, layers[1]);
}

static void test_layer_squash__what_is_gone_hides_what_is_below(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "own d/ d/own",
					      "-own -x d/ -d/own" };
	autoclose int tree = squash(fixture, "x d/ d/x", layers, 2);

	assert_true(has_mark(tree, "x", "whiteout"));
	assert_false(fs_exists(tree, "own"));
	assert_false(fs_exists(tree, "d/own"));
	assert_true(fs_exists(tree, "d"));
}

static void test_layer_squash__an_opaque_folder_hides_layers_too(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "d/ d/own", "d! d/new" };
	autoclose int tree = squash(fixture, "d/ d/base", layers, 2);

	assert_true(fs_exists(tree, "d/new"));
	assert_false(fs_exists(tree, "d/own"));
	assert_true(has_mark(tree, "d", "opaque"));
}

static void test_layer_squash__a_folder_after_a_removal_is_opaque(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "-d", "d/ d/new", "d/ d/more" };
	autoclose int tree = squash(fixture, "d/ d/base", layers, 3);

	assert_true(fs_exists(tree, "d/new") && fs_exists(tree, "d/more"));
	assert_true(has_mark(tree, "d", "opaque"));
}

/* Files that say by their names what is gone, as fuse-overlayfs has them. */
static void test_layer_squash__removals_by_name(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "own ~d", "~own ~x d/ d/new" };
	autoclose int tree = squash(fixture, "d/ d/base x", layers, 2);

	assert_true(fs_exists(tree, "d/new"));
	assert_false(fs_exists(tree, ".wh.d"));
	assert_true(has_mark(tree, "d", "opaque"));
	assert_false(fs_exists(tree, "own"));
	assert_true(fs_exists(tree, ".wh.x"));
}

static void test_layer_squash__a_folder_after_a_file_is_opaque(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "d", "d/ d/new" };
	autoclose int tree = squash(fixture, "d/ d/base", layers, 2);

	assert_true(fs_exists(tree, "d/new"));
	assert_true(has_mark(tree, "d", "opaque"));
}

static void test_layer_squash__marks_without_meaning_go(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "-never d", "d/ n! n/x" };
	autoclose int tree = squash(fixture, "base", layers, 2);

	assert_false(fs_exists(tree, "never"));
	assert_false(has_mark(tree, "d", "opaque"));
	assert_false(has_mark(tree, "n", "opaque"));
}

static void test_layer_squash__a_file_takes_a_folders_place(void **state)
{
	struct store_fixture *fixture = *state;
	static const char *const layers[] = { "d/ d/e/ d/e/f", "d" };
	autoclose int tree = squash(fixture, "base", layers, 2);
	struct stat st;

	assert_int_equal(fstatat(tree, "d", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_layer_squash__the_topmost_file_stays),
		STORE_TEST(test_layer_squash__what_is_gone_hides_what_is_below),
		STORE_TEST(
			test_layer_squash__an_opaque_folder_hides_layers_too),
		STORE_TEST(
			test_layer_squash__a_folder_after_a_removal_is_opaque),
		STORE_TEST(test_layer_squash__removals_by_name),
		STORE_TEST(test_layer_squash__a_folder_after_a_file_is_opaque),
		STORE_TEST(test_layer_squash__marks_without_meaning_go),
		STORE_TEST(test_layer_squash__a_file_takes_a_folders_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
