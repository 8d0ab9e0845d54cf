/* SPDX-License-Identifier: Apache-2.0 */
/* Removing trees of every shape, and nothing beside them. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

static void test_fs_remove__removes_files_links_and_trees(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct temp_folder *folder = *state;

	assert_int_equal(mkdirat(folder->fd, "keep", 0700), 0);
	assert_int_equal(temp_folder_put(state, "keep/f", "x"), 0);
	assert_int_equal(mkdirat(folder->fd, "t", 0700), 0);
	assert_int_equal(mkdirat(folder->fd, "t/sub", 0700), 0);
	assert_int_equal(temp_folder_put(state, "t/sub/f", "x"), 0);
	assert_int_equal(symlinkat("../keep", folder->fd, "t/link"), 0);
	assert_int_equal(symlinkat("keep", folder->fd, "link"), 0);
	assert_int_equal(fs_remove_tree(folder->fd, "t", &err), 0);
	assert_int_equal(fs_remove_tree(folder->fd, "link", &err), 0);
	assert_false(fs_exists(folder->fd, "t"));
	assert_false(fs_exists(folder->fd, "link"));
	assert_true(fs_exists(folder->fd, "keep/f"));
}

static void test_fs_remove__absent_is_fine(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct temp_folder *folder = *state;

	assert_int_equal(fs_remove_tree(folder->fd, "nope", &err), 0);
}

/* Makes COUNT nested folders "d" below the folder of STATE, with a file. */
static void make_deep(void **state, int count)
{
	struct temp_folder *folder = *state;
	int at = dup(folder->fd);

	for (int i = 0; i < count; i++) {
		int next;

		assert_int_equal(mkdirat(at, "d", 0700), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		(void)close(at);
		at = next;
		if (i % 100 == 0)
			assert_int_equal(mkdirat(at, "side", 0700), 0);
	}
	(void)close(at);
}

static void test_fs_remove__depth_needs_few_descriptors(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct temp_folder *folder = *state;
	struct rlimit was;
	struct rlimit few;
	int result;

	make_deep(state, 3000);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	result = fs_remove_tree(folder->fd, "d", &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	if (result < 0)
		fail_msg("%s", err.msg);
	assert_false(fs_exists(folder->fd, "d"));
}

/* In a mount namespace: t/bound shows keep/, of the same file system. */
static int remove_below_mount(const char *path)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	if (unshare(CLONE_NEWNS) < 0)
		return 77;
	if (chdir(path) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("keep", "t/bound", NULL, MS_BIND, NULL) < 0)
		return 2;
	if (fs_remove_tree(AT_FDCWD, "t", &err) == 0)
		return 3;
	if (err.kind != ERROR_BUSY)
		return 4;
	if (fs_remove_tree(AT_FDCWD, "t/bound", &err) == 0)
		return 5;
	return err.kind == ERROR_BUSY ? 0 : 6;
}

static void test_fs_remove__stops_at_a_mount_point(void **state)
{
	struct temp_folder *folder = *state;
	int status = 0;
	pid_t pid;

	assert_int_equal(mkdirat(folder->fd, "keep", 0700), 0);
	assert_int_equal(temp_folder_put(state, "keep/f", "x"), 0);
	assert_int_equal(mkdirat(folder->fd, "t", 0700), 0);
	assert_int_equal(mkdirat(folder->fd, "t/bound", 0700), 0);
	pid = fork();
	if (pid == 0)
		_exit(remove_below_mount(folder->path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("needs the right to make mount namespaces\n");
		skip();
	}
	assert_int_equal(status, 0);
	assert_true(fs_exists(folder->fd, "keep/f"));
}

#define FOLDER_TEST(f) \
	cmocka_unit_test_setup_teardown(f, temp_folder_open, temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(test_fs_remove__removes_files_links_and_trees),
		FOLDER_TEST(test_fs_remove__absent_is_fine),
		FOLDER_TEST(test_fs_remove__depth_needs_few_descriptors),
		FOLDER_TEST(test_fs_remove__stops_at_a_mount_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
