/* SPDX-License-Identifier: Apache-2.0 */
/* What --userns says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtime/engine/userns_mode.h"

static const struct {
	const char *text;
	bool is_good;
	enum userns_kind kind;
	uint32_t size, uid, gid;
	const char *name;
} rows[] = {
	{ "", true, USERNS_HOST, 0, 0, 0, NULL },
	{ "host", true, USERNS_HOST, 0, 0, 0, NULL },
	{ "private", true, USERNS_PRIVATE, 0, 0, 0, NULL },
	{ "nomap", true, USERNS_NOMAP, 0, 0, 0, NULL },
	{ "auto", true, USERNS_AUTO, 0, 0, 0, NULL },
	{ "auto:size=5", true, USERNS_AUTO, 5, 0, 0, "" },
	{ "keep-id", true, USERNS_KEEP_ID, 0, 0, 0, NULL },
	{ "keep-id:uid=7,gid=8", true, USERNS_KEEP_ID, 0, 7, 8, "" },
	{ "keep-id:uid=7,gid=8,size=9", true, USERNS_KEEP_ID, 9, 7, 8, "" },
	{ "keep-id:size=x", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "container:c", true, USERNS_CONTAINER, 0, 0, 0, "c" },
	{ "ns:/a:b", true, USERNS_PATH, 0, 0, 0, "/a:b" },
	{ "host:x", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "hos", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "hostx", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "container", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "container:", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "auto:size=", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "auto:size=5x", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "auto:uid=5", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "auto:uidmapping=5", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "keep-id:uid=4294967295", false, USERNS_HOST, 0, 0, 0, NULL },
	{ "keep-id:uid=99999999999", false, USERNS_HOST, 0, 0, 0, NULL },
};

static void test_userns_mode_parse__rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(userns_mode_release) struct userns_mode got =
			USERNS_MODE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		int result = userns_mode_parse(rows[i].text, &got, &err);

		if ((result == 0) != rows[i].is_good)
			fail_msg("\"%s\": %d, %s", rows[i].text, result,
				 err.msg ? err.msg : "");
		if (result < 0)
			continue;
		if (got.kind != rows[i].kind || got.size != rows[i].size ||
		    got.uid != rows[i].uid || got.gid != rows[i].gid ||
		    (rows[i].name && *rows[i].name &&
		     strcmp(got.name, rows[i].name) != 0))
			fail_msg("\"%s\": kind %d size %u", rows[i].text,
				 got.kind, got.size);
	}
}

static void test_userns_mode_parse__ranges(void **state)
{
	autoclean(userns_mode_release) struct userns_mode got =
		USERNS_MODE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		userns_mode_parse("auto:size=9,uidmapping=1:2:3,gidmapping=4:5",
				  &got, &err),
		0);
	assert_int_equal(got.size, 9);
	assert_int_equal(got.own.uids.items[0].host, 2);
	assert_int_equal(got.own.gids.items[0].container, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_userns_mode_parse__rows),
		cmocka_unit_test(test_userns_mode_parse__ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
