/* SPDX-License-Identifier: Apache-2.0 */
/* What the names in an upper directory mean, by whoever they were written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "layers/tar/overlay_marker.h"

static const char *deleted(const char *name, mode_t mode, dev_t device,
			   off_t size)
{
	struct stat st = { .st_mode = mode,
			   .st_rdev = device,
			   .st_size = size };

	return overlay_marker_deleted(AT_FDCWD, name, &st);
}

static void test_overlay_marker__devices(void **state)
{
	(void)state;
	assert_string_equal(deleted("gone", S_IFCHR, 0, 0), "gone");
	assert_string_equal(deleted(".wh.x", S_IFCHR, 0, 0), ".wh.x");
	assert_string_equal(deleted(".wh..opq", S_IFCHR, 0, 0), "");
	assert_null(deleted("null", S_IFCHR, makedev(1, 3), 0));
	assert_null(deleted("disk", S_IFBLK, 0, 0));
}

static void test_overlay_marker__files(void **state)
{
	(void)state;
	assert_string_equal(deleted(".wh.gone", S_IFREG | 0700, 0, 0), "gone");
	assert_string_equal(deleted(".wh..wh..opq", S_IFREG | 0700, 0, 0), "");
	/* what a program wrote under a name like that */
	assert_null(deleted(".wh.gone", S_IFREG | 0644, 0, 0));
	assert_null(deleted(".wh.gone", S_IFREG | 0700, 0, 1));
	assert_null(deleted(".wh.gone", S_IFDIR | 0700, 0, 0));
	assert_null(deleted("gone", S_IFREG | 0700, 0, 0));
	assert_null(deleted(".whgone", S_IFREG | 0700, 0, 0));
}

static void test_overlay_marker__attributes(void **state)
{
	static const char *const names[] = { "user.overlay.opaque",
					     "user.fuseoverlayfs.opaque" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char path[] = "imgctl-marker-XXXXXX";
		autoclose int fd = -1;

		assert_non_null(mkdtemp(path));
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_false(overlay_marker_is_opaque(fd));
		assert_int_equal(fsetxattr(fd, names[i], "x", 1, 0), 0);
		assert_false(overlay_marker_is_opaque(fd));
		assert_int_equal(fsetxattr(fd, names[i], "y", 1, 0), 0);
		assert_true(overlay_marker_is_opaque(fd));
		assert_int_equal(rmdir(path), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlay_marker__devices),
		cmocka_unit_test(test_overlay_marker__files),
		cmocka_unit_test(test_overlay_marker__attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
