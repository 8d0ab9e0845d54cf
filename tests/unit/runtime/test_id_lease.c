/* SPDX-License-Identifier: Apache-2.0 */
/* Which range is free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtime/engine/id_lease.h"

static void test_id_lease_choose__rows(void **state)
{
	static const struct id_lease taken[] = {
		{ 100, 500, 10 },
		{ 120, 510, 10 },
		{ 130, 520, 5 },
	};
	static const struct {
		const char *why;
		uint32_t first, count; /* what there is */
		size_t leases;
		uint32_t size;
		bool is_group;
		uint32_t want; /* 0: none */
	} rows[] = {
		{ "all is free", 100, 50, 0, 50, false, 100 },
		{ "too many", 100, 50, 0, 51, false, 0 },
		{ "behind the first", 100, 50, 1, 10, false, 110 },
		{ "in the gap", 100, 50, 3, 10, false, 110 },
		{ "not in the gap", 100, 50, 3, 11, false, 135 },
		{ "up to the end", 100, 50, 3, 15, false, 135 },
		{ "one beyond", 100, 50, 3, 16, false, 0 },
		{ "by groups", 500, 100, 3, 10, true, 525 },
		{ "the last ids", 4294967285U, 10, 0, 10, false, 4294967285U },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(idranges_release) struct idranges pool =
			IDRANGES_INIT;
		struct id_lease got = { .size = rows[i].size };
		bool is_found;

		idranges_add(&pool, 0, 1, rows[i].size - 1); /* too small */
		idranges_add(&pool, 0, rows[i].first, rows[i].count);
		is_found = id_lease_choose(&pool, taken, rows[i].leases,
					   rows[i].is_group, &got);
		if (is_found != (rows[i].want != 0) ||
		    (is_found &&
		     (rows[i].is_group ? got.gid : got.uid) != rows[i].want))
			fail_msg("%s: %d, %u", rows[i].why, is_found,
				 rows[i].is_group ? got.gid : got.uid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_lease_choose__rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
