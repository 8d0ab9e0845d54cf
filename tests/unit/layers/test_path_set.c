/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of names: membership, removal, growth, ceiling. */
#include "layers/tar/path_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void test_path_set__holds_what_was_added(void **state)
{
	autoclean(path_set_release) struct path_set set;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	path_set_init(&set, 1 << 20);
	assert_false(path_set_has(&set, "a"));
	path_set_remove(&set, "a");
	assert_int_equal(path_set_add(&set, "a", &err), 0);
	assert_int_equal(path_set_add(&set, "a", &err), 0);
	assert_int_equal(set.count, 1);
	assert_true(path_set_has(&set, "a"));
	path_set_remove(&set, "a");
	assert_false(path_set_has(&set, "a"));
	assert_int_equal(path_set_add(&set, "a", &err), 0);
	assert_true(path_set_has(&set, "a"));
}

static void test_path_set__survives_much_coming_and_going(void **state)
{
	autoclean(path_set_release) struct path_set set;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec left = STRVEC_INIT;

	(void)state;
	path_set_init(&set, 16 << 20);
	for (int i = 0; i < 20000; i++) {
		autofree char *path = xasprintf("dir/%d", i);

		assert_int_equal(path_set_add(&set, path, &err), 0);
		if (i >= 10) {
			autofree char *old = xasprintf("dir/%d", i - 10);

			assert_true(path_set_has(&set, old));
			path_set_remove(&set, old);
			assert_false(path_set_has(&set, old));
		}
	}
	assert_int_equal(set.count, 10);
	assert_true(set.slot_count < 1000); /* holes are used again */
	path_set_drain(&set, &left);
	assert_int_equal(left.count, 10);
	assert_string_equal(left.items[0], "dir/19990");
	assert_string_equal(left.items[9], "dir/19999");
	assert_int_equal(set.count, 0);
}

static void test_path_set__has_a_ceiling(void **state)
{
	autoclean(path_set_release) struct path_set set;
	autoclean(error_release) struct error err = ERROR_INIT;
	int added = 0;

	(void)state;
	path_set_init(&set, 4096);
	for (; added < 10000; added++) {
		autofree char *path = xasprintf("some/path/%d", added);

		if (path_set_add(&set, path, &err) < 0)
			break;
	}
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	assert_true(added > 10 && added < 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_set__holds_what_was_added),
		cmocka_unit_test(test_path_set__survives_much_coming_and_going),
		cmocka_unit_test(test_path_set__has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
