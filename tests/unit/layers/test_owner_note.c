/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of owners, by texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "layers/tar/owner_note.h"

static void test_owner_note_parse__rows(void **state)
{
	static const struct {
		const char *why;
		const char *text;
		bool is_note;
		uint32_t uid, gid;
	} rows[] = {
		{ "as we write it", "0:42:640", true, 0, 42 },
		{ "with a type behind it", "1:2:755:symlink", true, 1, 2 },
		{ "the greatest id", "4294967294:1:0", true, 4294967294U, 1 },
		{ "the id that is none", "4294967295:1:0", false, 0, 0 },
		{ "would wrap", "4294967296:1:0", false, 0, 0 },
		{ "a sign", "-1:1:0", false, 0, 0 },
		{ "no mode", "1:2", false, 0, 0 },
		{ "no group", "1", false, 0, 0 },
		{ "an empty id", ":1:0", false, 0, 0 },
		{ "nothing", "", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t uid = 0;
		uint32_t gid = 0;
		bool got = owner_note_parse(rows[i].text, strlen(rows[i].text),
					    &uid, &gid);

		if (got != rows[i].is_note ||
		    (got && (uid != rows[i].uid || gid != rows[i].gid)))
			fail_msg("%s: %d %u:%u", rows[i].why, got, uid, gid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner_note_parse__rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
