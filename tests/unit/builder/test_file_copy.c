/* SPDX-License-Identifier: Apache-2.0 */
/* Copies: modes, owners, folders that are there, files that changed. */
#include "builder/files/file_copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

/* {in/{d/{e/{f},g},link->g},out/} */
static int make_trees(void **state)
{
	static const char *const folders[] = { "in", "in/d", "in/d/e", "out" };
	struct temp_folder *folder;

	if (temp_folder_open(state) < 0)
		return -1;
	folder = *state;
	for (size_t i = 0; i < 4; i++)
		if (mkdirat(folder->fd, folders[i], 0755) < 0)
			return -1;
	return temp_folder_put(state, "in/d/e/f", "f") < 0 ||
			       temp_folder_put(state, "in/d/g", "g") < 0 ||
			       symlinkat("g", folder->fd, "in/link") < 0
		       ? -1
		       : 0;
}

/* Copies "in" to "out" as REQUEST says; IN_BETWEEN changes something. */
static int copy(void **state, struct file_copy request,
		void (*in_between)(void **state), struct error *err)
{
	const struct temp_folder *folder = *state;
	autoclean(file_list_release) struct file_list list = FILE_LIST_INIT;
	autoclose int in = openat(folder->fd, "in",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int out = openat(folder->fd, "out",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct file_walk walk = { in, ".", "", NULL, NULL };

	assert_int_equal(file_list_walk(&walk, &list, err), 0);
	if (in_between)
		in_between(state);
	request.list = &list;
	request.count = list.count;
	request.root = in;
	request.to = out;
	return file_copy(&request, err);
}

static struct stat status(void **state, const char *name)
{
	const struct temp_folder *folder = *state;
	struct stat st;

	assert_int_equal(fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW),
			 0);
	return st;
}

static mode_t mode(void **state, const char *name)
{
	return status(state, name).st_mode & 07777;
}

static struct file_copy own(void)
{
	return (struct file_copy){ .uid = geteuid(), .gid = getegid() };
}

static void test_file_copy__files_with_modes_and_times(void **state)
{
	const struct temp_folder *folder = *state;
	const struct timespec times[2] = { { 1000, 7 }, { 1000, 7 } };
	autoclean(error_release) struct error err = ERROR_INIT;
	struct stat st;

	assert_int_equal(fchmodat(folder->fd, "in/d/g", 04750, 0), 0);
	assert_int_equal(fchmodat(folder->fd, "in/d/e", 0700, 0), 0);
	assert_int_equal(utimensat(folder->fd, "in/d/g", times, 0), 0);
	assert_int_equal(utimensat(folder->fd, "in/d", times, 0), 0);
	assert_int_equal(copy(state, own(), NULL, &err), 0);
	st = status(state, "out/d/g");
	assert_int_equal(st.st_mode & 07777, 04750);
	assert_int_equal(st.st_mtim.tv_sec, 1000);
	assert_int_equal(st.st_mtim.tv_nsec, 7);
	assert_int_equal(mode(state, "out/d/e"), 0700);
	assert_int_equal(status(state, "out/d").st_mtim.tv_sec, 1000);
	assert_true(S_ISLNK(status(state, "out/link").st_mode));
}

static void test_file_copy__a_mode_for_all(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct file_copy request = own();
	struct mode_change change;

	assert_int_equal(mode_change_parse("u=rwX,go=", &change, &err), 0);
	request.mode = &change;
	assert_int_equal(copy(state, request, NULL, &err), 0);
	assert_int_equal(mode(state, "out/d/g"), 0600);
	assert_int_equal(mode(state, "out/d"), 0700);
}

static void test_file_copy__folders_merge(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(mkdirat(folder->fd, "out/d", 0711), 0);
	assert_int_equal(fchmodat(folder->fd, "out", 0711, 0), 0);
	assert_int_equal(temp_folder_put(state, "out/d/own", ""), 0);
	assert_int_equal(temp_folder_put(state, "out/d/g", "old"), 0);
	assert_int_equal(copy(state, own(), NULL, &err), 0);
	/* the destination stays as it is, a folder in it does not */
	assert_int_equal(mode(state, "out"), 0711);
	assert_int_equal(mode(state, "out/d"), 0755);
	assert_true(fs_exists(folder->fd, "out/d/own"));
	assert_int_equal(status(state, "out/d/g").st_size, 1);
}

static void test_file_copy__owners(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct file_copy request = { .uid = 7, .gid = 8 };

	if (geteuid() != 0)
		skip(); /* needs root */
	assert_int_equal(fchownat(folder->fd, "in/d/g", 5, 6, 0), 0);
	assert_int_equal(
		fchownat(folder->fd, "in/link", 5, 6, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(mkdirat(folder->fd, "out/d", 0755), 0);
	assert_int_equal(fchownat(folder->fd, "out/d", 9, 9, 0), 0);
	assert_int_equal(copy(state, request, NULL, &err), 0);
	assert_int_equal(status(state, "out/d/g").st_uid, 7);
	assert_int_equal(status(state, "out/link").st_gid, 8);
	assert_int_equal(status(state, "out/d").st_uid, 7);
	request.keeps_owners = true;
	assert_int_equal(copy(state, request, NULL, &err), 0);
	assert_int_equal(status(state, "out/d/g").st_uid, 5);
	assert_int_equal(status(state, "out/link").st_gid, 6);
	assert_int_equal(status(state, "out/d").st_uid, 0);
}

static void test_file_copy__names_of_one_file_stay_so(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(
		linkat(folder->fd, "in/d/g", folder->fd, "in/d/e/h", 0), 0);
	assert_int_equal(copy(state, own(), NULL, &err), 0);
	assert_int_equal(status(state, "out/d/g").st_ino,
			 status(state, "out/d/e/h").st_ino);
	assert_int_not_equal(status(state, "out/d/g").st_ino,
			     status(state, "in/d/g").st_ino);
}

static void test_file_copy__neither_takes_the_others_place(void **state)
{
	const struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(temp_folder_put(state, "out/d", ""), 0);
	assert_int_equal(copy(state, own(), NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_non_null(strstr(err.msg, "over file d"));
	assert_int_equal(unlinkat(folder->fd, "out/d", 0), 0);
	assert_int_equal(mkdirat(folder->fd, "out/link", 0755), 0);
	assert_int_equal(copy(state, own(), NULL, &err), -1);
	assert_non_null(strstr(err.msg, "over folder link"));
}

static void change(void **state)
{
	assert_int_equal(temp_folder_put(state, "in/d/g", "another"), 0);
}

static void replace(void **state)
{
	const struct temp_folder *folder = *state;

	assert_int_equal(unlinkat(folder->fd, "in/d/e/f", 0), 0);
	assert_int_equal(symlinkat("../g", folder->fd, "in/d/e/f"), 0);
}

static void test_file_copy__what_changed_is_not_copied(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(copy(state, own(), change, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_non_null(strstr(err.msg, "has changed"));
	assert_int_equal(copy(state, own(), replace, &err), -1);
}

int main(void)
{
#define TREES_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_trees, temp_folder_close)
	const struct CMUnitTest tests[] = {
		TREES_TEST(test_file_copy__files_with_modes_and_times),
		TREES_TEST(test_file_copy__a_mode_for_all),
		TREES_TEST(test_file_copy__folders_merge),
		TREES_TEST(test_file_copy__owners),
		TREES_TEST(test_file_copy__names_of_one_file_stay_so),
		TREES_TEST(test_file_copy__neither_takes_the_others_place),
		TREES_TEST(test_file_copy__what_changed_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
