/* SPDX-License-Identifier: Apache-2.0 */
/* Upper directories: marks that mean nothing, times. */
#include "layers/tar/upper_tidy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/clock.h"
#include "tests/unit/temp_folder.h"

#include <cmocka.h>

/* {upper/,lower/{both/{below},gone}} */
static int make_world(void **state)
{
	static const char *const folders[] = { "upper", "lower", "lower/both" };
	struct temp_folder *folder;

	if (temp_folder_open(state) < 0)
		return -1;
	folder = *state;
	for (size_t i = 0; i < 3; i++)
		if (mkdirat(folder->fd, folders[i], 0755) < 0)
			return -1;
	return temp_folder_put(state, "lower/both/below", "") < 0 ||
			       temp_folder_put(state, "lower/gone", "") < 0
		       ? -1
		       : 0;
}

static char *path_in(void **state, const char *name)
{
	const struct temp_folder *folder = *state;

	return xasprintf("%s/%s", folder->path, name);
}

/* The marks of an ordinary user, which everybody may set. */
static void mark(void **state, const char *name, const char *attribute)
{
	autofree char *path = path_in(state, name);

	assert_int_equal(lsetxattr(path, attribute, "y", 1, 0), 0);
}

static bool is_opaque(void **state, const char *name)
{
	autofree char *path = path_in(state, name);

	return lgetxattr(path, "user.overlay.opaque", NULL, 0) >= 0;
}

static void make_opaque(void **state, const char *name)
{
	const struct temp_folder *folder = *state;

	assert_int_equal(mkdirat(folder->fd, name, 0755), 0);
	mark(state, name, "user.overlay.opaque");
}

static void make_whiteout(void **state, const char *name)
{
	assert_int_equal(temp_folder_put(state, name, ""), 0);
	mark(state, name, "user.overlay.whiteout");
}

static void set_time(void **state, const char *name, time_t seconds)
{
	const struct temp_folder *folder = *state;
	const struct timespec times[2] = { { seconds, 0 }, { seconds, 0 } };

	assert_int_equal(
		utimensat(folder->fd, name, times, AT_SYMLINK_NOFOLLOW), 0);
}

static time_t time_of(void **state, const char *name)
{
	const struct temp_folder *folder = *state;
	struct stat st;

	assert_int_equal(fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW),
			 0);
	return st.st_mtim.tv_sec;
}

static void tidy(void **state, struct upper_tidy request, bool has_lower)
{
	const struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int upper = openat(folder->fd, "upper",
				     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int lower = openat(folder->fd, "lower",
				     O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	request.upper = upper;
	request.lower = has_lower ? lower : -1;
	if (upper_tidy(&request, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_upper_tidy__opaque_only_where_it_hides(void **state)
{
	make_opaque(state, "upper/both");
	make_opaque(state, "upper/new");
	make_opaque(state, "upper/new/inner");
	tidy(state, (struct upper_tidy){ .upper = -1 }, true);
	assert_true(is_opaque(state, "upper/both"));
	assert_false(is_opaque(state, "upper/new"));
	assert_false(is_opaque(state, "upper/new/inner"));
	tidy(state, (struct upper_tidy){ .upper = -1 }, false);
	assert_false(is_opaque(state, "upper/both"));
}

static void test_upper_tidy__whiteouts_only_of_what_is_below(void **state)
{
	const struct temp_folder *folder = *state;

	assert_int_equal(mkdirat(folder->fd, "upper/both", 0755), 0);
	make_whiteout(state, "upper/gone");
	make_whiteout(state, "upper/never");
	make_whiteout(state, "upper/both/below");
	make_whiteout(state, "upper/both/never");
	tidy(state, (struct upper_tidy){ .has_attributes = true }, true);
	assert_true(fs_exists(folder->fd, "upper/gone"));
	assert_false(fs_exists(folder->fd, "upper/never"));
	assert_true(fs_exists(folder->fd, "upper/both/below"));
	assert_false(fs_exists(folder->fd, "upper/both/never"));
}

static void test_upper_tidy__whiteouts_as_devices(void **state)
{
	const struct temp_folder *folder = *state;

	if (mknodat(folder->fd, "upper/gone", S_IFCHR | 0600, 0) < 0)
		skip(); /* needs an own device node */
	assert_int_equal(mknodat(folder->fd, "upper/never", S_IFCHR | 0600, 0),
			 0);
	assert_int_equal(temp_folder_put(state, "upper/empty", ""), 0);
	tidy(state, (struct upper_tidy){ .upper = -1 }, true);
	assert_true(fs_exists(folder->fd, "upper/gone"));
	assert_false(fs_exists(folder->fd, "upper/never"));
	assert_true(fs_exists(folder->fd, "upper/empty"));
}

static void test_upper_tidy__a_removed_mark_leaves_no_time(void **state)
{
	const struct temp_folder *folder = *state;

	assert_int_equal(mkdirat(folder->fd, "upper/new", 0755), 0);
	make_whiteout(state, "upper/new/never");
	set_time(state, "upper/new", 1000);
	tidy(state, (struct upper_tidy){ .has_attributes = true }, true);
	assert_int_equal(time_of(state, "upper/new"), 1000);
}

static void test_upper_tidy__touched_folders_get_their_times_back(void **state)
{
	const struct temp_folder *folder = *state;
	const struct upper_tidy request = {
		.restores_times = true,
		.touched = 5000 * CLOCK_SECOND,
		.made = 77 * CLOCK_SECOND,
	};

	assert_int_equal(mkdirat(folder->fd, "upper/both", 0755), 0);
	assert_int_equal(mkdirat(folder->fd, "upper/new", 0755), 0);
	assert_int_equal(mkdirat(folder->fd, "upper/old", 0755), 0);
	assert_int_equal(temp_folder_put(state, "upper/new/file", ""), 0);
	set_time(state, "lower/both", 2000);
	set_time(state, "upper/new/file", 9000);
	set_time(state, "upper/both", 6000);
	set_time(state, "upper/new", 5000);
	set_time(state, "upper/old", 4999);
	tidy(state, request, true);
	assert_int_equal(time_of(state, "upper/both"), 2000);
	assert_int_equal(time_of(state, "upper/new"), 77);
	assert_int_equal(time_of(state, "upper/old"), 4999);
	assert_int_equal(time_of(state, "upper/new/file"), 9000);
}

static void test_upper_tidy__no_time_is_later_than_the_latest(void **state)
{
	const struct temp_folder *folder = *state;
	const struct upper_tidy request = { .has_latest = true,
					    .latest = 3000 };

	assert_int_equal(mkdirat(folder->fd, "upper/late", 0755), 0);
	assert_int_equal(temp_folder_put(state, "upper/late/late", ""), 0);
	assert_int_equal(temp_folder_put(state, "upper/late/early", ""), 0);
	assert_int_equal(symlinkat("x", folder->fd, "upper/late/link"), 0);
	set_time(state, "upper/late/late", 3001);
	set_time(state, "upper/late/early", 2999);
	set_time(state, "upper/late/link", 5000);
	set_time(state, "upper/late", 4000);
	tidy(state, request, true);
	assert_int_equal(time_of(state, "upper/late"), 3000);
	assert_int_equal(time_of(state, "upper/late/late"), 3000);
	assert_int_equal(time_of(state, "upper/late/early"), 2999);
	assert_int_equal(time_of(state, "upper/late/link"), 3000);
}

int main(void)
{
#define WORLD_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_world, temp_folder_close)
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_upper_tidy__opaque_only_where_it_hides),
		WORLD_TEST(test_upper_tidy__whiteouts_only_of_what_is_below),
		WORLD_TEST(test_upper_tidy__whiteouts_as_devices),
		WORLD_TEST(test_upper_tidy__a_removed_mark_leaves_no_time),
		WORLD_TEST(
			test_upper_tidy__touched_folders_get_their_times_back),
		WORLD_TEST(test_upper_tidy__no_time_is_later_than_the_latest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
