/* SPDX-License-Identifier: Apache-2.0 */
/* Confined access: what stays inside, what is refused. */
#include "base/fs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

/* root/{real/file,out->/etc,up->..,in->real,abs->/real,loop->loop} */
static int make_world(void **state)
{
	struct temp_folder *folder;
	autoclose int root = -1;

	if (temp_folder_open(state) < 0)
		return -1;
	folder = *state;
	if (mkdirat(folder->fd, "root", 0755) < 0 ||
	    temp_folder_put(state, "secret", "outside") < 0 ||
	    mkdirat(folder->fd, "root/real", 0755) < 0 ||
	    temp_folder_put(state, "root/real/file", "inside") < 0)
		return -1;
	root = openat(folder->fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (symlinkat("/etc", root, "out") < 0 ||
	    symlinkat("..", root, "up") < 0 ||
	    symlinkat("real", root, "in") < 0 ||
	    symlinkat("/real", root, "abs") < 0 ||
	    symlinkat("loop", root, "loop") < 0)
		return -1;
	return mkfifoat(root, "fifo", 0600);
}

static int root_of(void **state)
{
	struct temp_folder *folder = *state;

	return openat(folder->fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static const struct {
	const char *path;
	enum fs_scope scope;
	int sys; /* 0: opens */
	const char *why;
} opens[] = {
	{ "real/file", FS_NO_LINKS, 0, "plain" },
	{ "in/file", FS_IN_ROOT, 0, "a relative link" },
	{ "in/file", FS_BENEATH, 0, "a relative link that stays" },
	{ "in/file", FS_NO_LINKS, ELOOP, "no links at all" },
	{ "abs/file", FS_IN_ROOT, 0, "an absolute link begins at the root" },
	{ "abs/file", FS_BENEATH, EXDEV, "an absolute link leaves" },
	{ "/real/file", FS_IN_ROOT, 0, "an absolute path" },
	{ "/real/file", FS_BENEATH, EXDEV, "an absolute path leaves" },
	{ "../secret", FS_IN_ROOT, ENOENT, "the root's parent is the root" },
	{ "../secret", FS_BENEATH, EXDEV, "up and out" },
	{ "up/secret", FS_IN_ROOT, ENOENT, "a link up" },
	{ "up/secret", FS_BENEATH, EXDEV, "a link up leaves" },
	{ "real/../../root/real/file", FS_BENEATH, EXDEV, "out and in again" },
	{ "out/passwd", FS_IN_ROOT, ENOENT, "the host's files are not there" },
	{ "out/passwd", FS_BENEATH, EXDEV, "the host's files" },
	{ "loop", FS_IN_ROOT, ELOOP, "a loop ends" },
};

static void test_fs__open_stays_inside(void **state)
{
	autoclose int root = root_of(state);

	for (size_t i = 0; i < sizeof(opens) / sizeof(*opens); i++) {
		autoclose int fd = fs_open_raw(root, opens[i].path,
					       opens[i].scope, O_RDONLY, 0);

		if ((fd >= 0) != (opens[i].sys == 0) ||
		    (fd < 0 && errno != opens[i].sys))
			fail_msg("%s (errno %d)", opens[i].why, errno);
		if (fd >= 0)
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	}
}

static void test_fs__open_names_the_path(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int root = root_of(state);
	int fd = -1;

	assert_int_equal(
		fs_open(root, "up/x", FS_BENEATH, O_RDONLY, 0, &fd, &err), -1);
	assert_int_equal(err.kind, ERROR_DENIED);
	assert_non_null(strstr(err.msg, "open up/x"));
	assert_int_equal(
		fs_open(root, "nope", FS_BENEATH, O_RDONLY, 0, &fd, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

static void test_fs__make_dirs_makes_and_follows(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct temp_folder *folder = *state;
	autoclose int root = root_of(state);
	autoclose int fd = -1;

	assert_int_equal(
		fs_make_dirs(root, "a/b//c/", FS_NO_LINKS, 0700, &fd, &err), 0);
	assert_true(fs_exists(root, "a/b/c"));
	assert_int_equal(
		fs_make_dirs(root, "a/b", FS_NO_LINKS, 0700, NULL, &err), 0);
	assert_int_equal(
		fs_make_dirs(root, "/abs/new/x", FS_IN_ROOT, 0755, NULL, &err),
		0);
	assert_true(fs_exists(root, "real/new/x"));
	assert_int_equal(
		fs_make_dirs(root, "../../y", FS_IN_ROOT, 0755, NULL, &err), 0);
	assert_true(fs_exists(root, "y"));
	assert_false(fs_exists(folder->fd, "y"));
}

static void test_fs__make_dirs_refuses(void **state)
{
	static const struct {
		const char *path;
		enum fs_scope scope;
		const char *why;
	} rows[] = {
		{ "in/x", FS_NO_LINKS, "a link where none may be" },
		{ "up/x", FS_BENEATH, "a link out" },
		{ "../x", FS_BENEATH, "up and out" },
		{ "real/file/x", FS_IN_ROOT, "through a file" },
		{ "loop/x", FS_IN_ROOT, "a loop" },
		{ "out/x", FS_IN_ROOT, "a dangling link" },
	};
	autoclose int root = root_of(state);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;

		if (fs_make_dirs(root, rows[i].path, rows[i].scope, 0700, NULL,
				 &err) == 0)
			fail_msg("%s", rows[i].why);
	}
	assert_false(fs_exists(root, "etc"));
}

static void test_fs__read_file_wants_a_small_regular_file(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclose int root = root_of(state);

	assert_int_equal(fs_read_file(root, "real/file", 6, &text, &err), 0);
	assert_string_equal(text.text, "inside");
	assert_int_equal(fs_read_file(root, "real/file", 5, &text, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	assert_int_equal(fs_read_file(root, "fifo", 5, &text, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_int_equal(fs_read_file(root, "real", 5, &text, &err), -1);
}

static void test_fs__copy_range_copies_or_tells(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclose int root = root_of(state);
	autoclose int from = openat(root, "real/file", O_RDONLY | O_CLOEXEC);
	autoclose int to = openat(root, "copy", O_RDWR | O_CREAT | O_CLOEXEC,
				  0600);

	assert_int_equal(fs_copy_range(from, to, 6, &err), 0);
	assert_int_equal(fs_read_file(root, "copy", 9, &text, &err), 0);
	assert_string_equal(text.text, "inside");
	assert_int_equal(lseek(from, 0, SEEK_SET), 0);
	assert_int_equal(fs_copy_range(from, to, 7, &err), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
}

static void test_fs__copy_range_goes_through_pipes(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int root = root_of(state);
	autoclose int from = openat(root, "real/file", O_RDONLY | O_CLOEXEC);
	int ends[2];
	char got[7] = "";

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fs_copy_range(from, ends[1], 6, &err), 0);
	assert_int_equal(read(ends[0], got, 6), 6);
	assert_string_equal(got, "inside");
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void test_fs__write_all_tells_a_full_disk(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(fs_write_all(full, "x", 1, &err), -1);
	assert_int_equal(err.sys, ENOSPC);
	assert_int_equal(fs_pwrite_all(full, "x", 1, 9, &err), -1);
	assert_int_equal(err.sys, ENOSPC);
}

static void test_fs__tells_of_the_file_system(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int root = root_of(state);
	uint64_t bytes = 0;

	assert_int_equal(fs_free_bytes(root, &bytes, &err), 0);
	assert_int_equal(fs_sync_dir(root, &err), 0);
	assert_true(fs_exists(root, "out")); /* the link, not its end */
	assert_false(fs_exists(root, "nope"));
}

static void test_fs__lists_names_in_order(void **state)
{
	static const char *const wanted[] = { "abs", "fifo", "in", "loop",
					      "out", "real", "up" };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int root = root_of(state);

	assert_int_equal(fs_list(root, ".", &names, &err), 0);
	assert_int_equal(names.count, sizeof(wanted) / sizeof(*wanted));
	for (size_t i = 0; i < names.count; i++)
		assert_string_equal(names.items[i], wanted[i]);
	assert_int_equal(fs_list(root, "nope", &names, &err), -1);
	assert_int_equal(err.sys, ENOENT);
	error_release(&err);
	assert_int_equal(fs_list(root, "in", &names, &err), -1);
	assert_int_equal(err.sys, ENOTDIR); /* a link */
}

/* Half a list is none: what is missing would not be copied, or not hidden. */
static void test_fs__tells_when_a_folder_cannot_be_read(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct dirent *entry;
	int root = root_of(state);
	DIR *dir = NULL;

	assert_int_equal(fs_open_stream(root, &dir, &err), 0);
	assert_int_equal(close(root), 0);
	assert_int_equal(fs_next(dir, &entry, &err), -1);
	assert_int_equal(err.sys, EBADF);
	(void)closedir(dir); /* its descriptor is gone */
}

#define WORLD_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_world, temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_fs__open_stays_inside),
		WORLD_TEST(test_fs__open_names_the_path),
		WORLD_TEST(test_fs__make_dirs_makes_and_follows),
		WORLD_TEST(test_fs__make_dirs_refuses),
		WORLD_TEST(test_fs__read_file_wants_a_small_regular_file),
		WORLD_TEST(test_fs__copy_range_copies_or_tells),
		WORLD_TEST(test_fs__copy_range_goes_through_pipes),
		WORLD_TEST(test_fs__write_all_tells_a_full_disk),
		WORLD_TEST(test_fs__tells_of_the_file_system),
		WORLD_TEST(test_fs__lists_names_in_order),
		WORLD_TEST(test_fs__tells_when_a_folder_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
