/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as written by a container. */
#include "runtime/engine/container_size.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

static void put(int folder_fd, const char *name, size_t size)
{
	autoclose int fd = openat(folder_fd, name,
				  O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
}

static uint64_t measure(const struct container *container)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	uint64_t size = 0;

	if (container_size(container, &size, &err) < 0)
		fail_msg("%s", err.msg);
	return size;
}

static void test_container_size__adds_files_up(void **state)
{
	struct temp_folder *folder = *state;
	struct container container = CONTAINER_INIT;
	int fd;

	container.folder_fd = fd = folder->fd;
	assert_int_equal(mkdirat(fd, "upper", 0755), 0);
	assert_int_equal(mkdirat(fd, "work", 0755), 0);
	assert_int_equal(measure(&container), 0);
	assert_int_equal(mkdirat(fd, "upper/deep", 0755), 0);
	put(fd, "upper/a", 1000);
	put(fd, "upper/deep/b", 200);
	assert_int_equal(measure(&container), 1200);
	/* one file, however many names */
	assert_int_equal(linkat(fd, "upper/a", fd, "upper/deep/c", 0), 0);
	assert_int_equal(linkat(fd, "upper/a", fd, "upper/d", 0), 0);
	assert_int_equal(measure(&container), 1200);
	/* a link is its text, never what it leads to */
	assert_int_equal(symlinkat("work", fd, "upper/l"), 0);
	put(fd, "work/not-counted", 5000);
	assert_int_equal(measure(&container), 1204);
}

static void test_container_size__comes_back(void **state)
{
	struct temp_folder *folder = *state;
	struct container container = CONTAINER_INIT;
	autofree char *before = getcwd(NULL, 0);
	autofree char *after = NULL;

	container.folder_fd = folder->fd;
	assert_int_equal(mkdirat(folder->fd, "upper", 0755), 0);
	assert_int_equal(mkdirat(folder->fd, "upper/a", 0755), 0);
	assert_int_equal(measure(&container), 0);
	after = getcwd(NULL, 0);
	assert_string_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_container_size__adds_files_up, temp_folder_open,
			temp_folder_close),
		cmocka_unit_test_setup_teardown(test_container_size__comes_back,
						temp_folder_open,
						temp_folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
