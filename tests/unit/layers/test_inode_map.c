/* SPDX-License-Identifier: Apache-2.0 */
/* First paths of inodes. */
#include "layers/tar/inode_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"

static void test_inode_map__remembers_the_first_path(void **state)
{
	autoclean(inode_map_release) struct inode_map map = INODE_MAP_INIT;

	(void)state;
	assert_null(inode_map_meet(&map, 1, 7, "a"));
	assert_string_equal(inode_map_meet(&map, 1, 7, "b"), "a");
	assert_null(inode_map_meet(&map, 2, 7, "c"));
	assert_null(inode_map_meet(&map, 1, 8, "d"));
	assert_string_equal(inode_map_meet(&map, 2, 7, "e"), "c");
}

static void test_inode_map__grows(void **state)
{
	autoclean(inode_map_release) struct inode_map map = INODE_MAP_INIT;

	(void)state;
	for (ino_t i = 0; i < 10000; i++) {
		autofree char *path = xasprintf("%llu", (unsigned long long)i);

		assert_null(inode_map_meet(&map, 1, i * 4096, path));
	}
	for (ino_t i = 0; i < 10000; i++) {
		autofree char *path = xasprintf("%llu", (unsigned long long)i);

		assert_string_equal(inode_map_meet(&map, 1, i * 4096, "x"),
				    path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inode_map__remembers_the_first_path),
		cmocka_unit_test(test_inode_map__grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
