/* SPDX-License-Identifier: Apache-2.0 */
/* Owners through maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/idshift.h"

static void fill(struct idshift *shift)
{
	idranges_add(&shift->uids, 0, 100000, 1000);
	idranges_add(&shift->uids, 1000, 0, 1);
	idranges_add(&shift->gids, 0, 200000, 10);
}

static void test_idshift__both_ways(void **state)
{
	static const struct {
		const char *why;
		uid_t inside, outside;
		gid_t inner, outer;
	} rows[] = {
		{ "the first", 0, 100000, 0, 200000 },
		{ "the last of a range", 999, 100999, 9, 200009 },
		{ "of another range", 1000, 0, 5, 200005 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(idshift_release) struct idshift shift = IDSHIFT_INIT;
		uid_t uid = rows[i].inside;
		gid_t gid = rows[i].inner;

		fill(&shift);
		if (!idshift_out(&shift, &uid, &gid) ||
		    uid != rows[i].outside || gid != rows[i].outer)
			fail_msg("%s: out to %u:%u", rows[i].why, uid, gid);
		idshift_in(&shift, &uid, &gid);
		if (uid != rows[i].inside || gid != rows[i].inner)
			fail_msg("%s: in to %u:%u", rows[i].why, uid, gid);
	}
}

static void test_idshift__what_has_no_id(void **state)
{
	autoclean(idshift_release) struct idshift shift = IDSHIFT_INIT;
	uid_t uid = 1001;
	gid_t gid = 0;

	(void)state;
	fill(&shift);
	assert_false(idshift_out(&shift, &uid, &gid));
	uid = 0;
	gid = 10;
	assert_false(idshift_out(&shift, &uid, &gid));
	uid = 99999;
	gid = 1;
	idshift_in(&shift, &uid, &gid);
	assert_int_equal(uid, 65534);
	assert_int_equal(gid, 65534);
}

static void test_idshift__nothing_stays(void **state)
{
	const struct idshift none = IDSHIFT_INIT;
	uid_t uid = 7;
	gid_t gid = 8;

	(void)state;
	assert_true(idshift_out(&none, &uid, &gid));
	idshift_in(&none, &uid, &gid);
	assert_int_equal(uid, 7);
	assert_int_equal(gid, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idshift__both_ways),
		cmocka_unit_test(test_idshift__what_has_no_id),
		cmocka_unit_test(test_idshift__nothing_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
