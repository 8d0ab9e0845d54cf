/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear whole or not at all. */
#include "base/atomicfile.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

static size_t count_entries(int folder)
{
	DIR *dir = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY));
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count - 2;
}

static void assert_holds(int folder, const char *name, const char *want)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	assert_int_equal(fs_read_file(folder, name, 100, &text, &err), 0);
	assert_string_equal(text.text, want);
}

static void test_atomicfile__appears_at_commit_only(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(atomicfile_release) struct atomicfile file = ATOMICFILE_INIT;
	struct temp_folder *folder = *state;

	assert_int_equal(temp_folder_put(state, "f", "old"), 0);
	assert_int_equal(atomicfile_open(&file, folder->fd, "f", 0640,
					 ATOMICFILE_SYNC, &err),
			 0);
	atomicfile_write(&file, "ne", 2);
	atomicfile_write(&file, "w", 1);
	assert_holds(folder->fd, "f", "old");
	assert_int_equal(atomicfile_commit(&file, &err), 0);
	assert_holds(folder->fd, "f", "new");
	assert_int_equal(count_entries(folder->fd), 1);
}

static void test_atomicfile__abandoned_leaves_nothing(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct atomicfile file = ATOMICFILE_INIT;
	struct temp_folder *folder = *state;

	assert_int_equal(temp_folder_put(state, "f", "old"), 0);
	assert_int_equal(atomicfile_open(&file, folder->fd, "f", 0600, 0, &err),
			 0);
	atomicfile_write(&file, "new", 3);
	atomicfile_release(&file);
	assert_holds(folder->fd, "f", "old");
	assert_int_equal(count_entries(folder->fd), 1);
	atomicfile_release(&file);
}

static void test_atomicfile__write_errors_stick(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct atomicfile file = ATOMICFILE_INIT;
	struct temp_folder *folder = *state;

	assert_int_equal(atomicfile_open(&file, folder->fd, "f", 0600, 0, &err),
			 0);
	(void)close(file.fd);
	file.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	atomicfile_write(&file, "x", 1);
	atomicfile_write(&file, "y", 1);
	assert_int_equal(atomicfile_commit(&file, &err), -1);
	assert_int_equal(err.sys, ENOSPC);
	atomicfile_release(&file);
	assert_int_equal(count_entries(folder->fd), 0);
}

static void test_atomicfile__exclusive_keeps_the_first(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct temp_folder *folder = *state;

	assert_int_equal(atomicfile_put(folder->fd, "f", "1", 1,
					ATOMICFILE_EXCLUSIVE, &err),
			 0);
	assert_int_equal(atomicfile_put(folder->fd, "f", "2", 1,
					ATOMICFILE_EXCLUSIVE, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_EXISTS);
	assert_holds(folder->fd, "f", "1");
	assert_int_equal(count_entries(folder->fd), 1);
}

#define FOLDER_TEST(f) \
	cmocka_unit_test_setup_teardown(f, temp_folder_open, temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(test_atomicfile__appears_at_commit_only),
		FOLDER_TEST(test_atomicfile__abandoned_leaves_nothing),
		FOLDER_TEST(test_atomicfile__write_errors_stick),
		FOLDER_TEST(test_atomicfile__exclusive_keeps_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
