/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of mountinfo, good and bad, and this machine's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mountinfo.h"

static int parse(const char *text, struct mountinfo *out, struct error *err)
{
	return mountinfo_parse(text, strlen(text), out, err);
}

static void test_mountinfo__reads_fields(void **state)
{
	autoclean(mountinfo_release) struct mountinfo info = MOUNTINFO_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct mountinfo_entry *entry;

	(void)state;
	assert_int_equal(
		parse("36 35 98:1048575 /mnt1 /mnt\\0402 rw,noatime shared:1 "
		      "master:2 - ext3 /dev/r\\134x rw,errors=continue\n"
		      "\n"
		      "37 1 0:5 / / ro - tmpfs  rw\n"
		      "38 36 0:6 / /mnt\\0402 rw - proc p\\04 ro",
		      &info, &err),
		0);
	assert_int_equal(info.count, 3);
	entry = &info.entries[0];
	assert_int_equal(entry->id, 36);
	assert_int_equal(entry->parent, 35);
	assert_int_equal(entry->minor, 1048575);
	assert_string_equal(entry->root, "/mnt1");
	assert_string_equal(entry->target, "/mnt 2");
	assert_string_equal(entry->optional, "shared:1 master:2");
	assert_string_equal(entry->type, "ext3");
	assert_string_equal(entry->source, "/dev/r\\x");
	assert_string_equal(entry->super_options, "rw,errors=continue");
	assert_string_equal(info.entries[1].optional, "");
	assert_string_equal(info.entries[1].source, "");
	assert_string_equal(info.entries[2].source, "p\\04");
	assert_ptr_equal(mountinfo_find(&info, "/mnt 2"), &info.entries[2]);
	assert_null(mountinfo_find(&info, "/mnt"));
}

static void test_mountinfo__refuses(void **state)
{
	static const char *const texts[] = {
		"x",
		"36",
		"36 35",
		"36 35 98:0 /mnt1 /mnt rw",
		"36 35 98:0 /mnt1 /mnt rw shared:1 ext3 x rw",
		"36 35 98:0 /mnt1 /mnt rw - ext3 x",
		"-36 35 98:0 / / rw - a b c",
		"36 35 98 0 / / rw - a b c",
		"36 35 98:4294967296 / / rw - a b c",
		"99999999999999999999 35 98:0 / / rw - a b c",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct mountinfo info;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (parse(texts[i], &info, &err) == 0)
			fail_msg("\"%s\" is accepted", texts[i]);
		assert_int_equal(err.kind, ERROR_INVALID);
		assert_null(info.entries);
	}
}

static void test_mountinfo__reads_own(void **state)
{
	autoclean(mountinfo_release) struct mountinfo info = MOUNTINFO_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	if (mountinfo_read(&info, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(mountinfo_find(&info, "/proc")->type, "proc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mountinfo__reads_fields),
		cmocka_unit_test(test_mountinfo__refuses),
		cmocka_unit_test(test_mountinfo__reads_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
