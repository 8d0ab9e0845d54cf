/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Range as servers write it. */
#include "registry/content_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_content_range__table(void **state)
{
	static const struct {
		const char *value;
		int result;
		struct content_range expected;
		const char *why;
	} rows[] = {
		{ "bytes 5-9/10", 0, { 5, 9, 10, true }, "as it should be" },
		{ "bytes 0-0/1", 0, { 0, 0, 1, true }, "one byte" },
		{ "Bytes 5-9/*", 0, { 5, 9, 0, false }, "total not known" },
		{ "5-9/10", 0, { 5, 9, 10, true }, "Nexus: no unit" },
		{ "bytes=5-9/10", 0, { 5, 9, 10, true }, "as in Range" },
		{ "bytes  5-9/10", 0, { 5, 9, 10, true }, "two blanks" },
		{ NULL, -1, { 0 }, "no header" },
		{ "", -1, { 0 }, "empty" },
		{ "bytes */10", -1, { 0 }, "of a 416" },
		{ "bytes 9-5/10", -1, { 0 }, "backwards" },
		{ "bytes 5-10/10", -1, { 0 }, "behind the end" },
		{ "bytes 5-9", -1, { 0 }, "no total" },
		{ "bytes 5-9/10 ", -1, { 0 }, "trailing blank" },
		{ "bytes -5-9/10", -1, { 0 }, "negative" },
		{ "bytes 5-99999999999999999999/*", -1, { 0 }, "overflow" },
		{ "lines 5-9/10", -1, { 0 }, "another unit" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct content_range got = { 0 };

		if (content_range_parse(rows[i].value, &got) !=
			    rows[i].result ||
		    got.first != rows[i].expected.first ||
		    got.last != rows[i].expected.last ||
		    got.total != rows[i].expected.total ||
		    got.has_total != rows[i].expected.has_total)
			fail_msg("%s", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content_range__table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
