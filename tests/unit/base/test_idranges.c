/* SPDX-License-Identifier: Apache-2.0 */
/* Subordinate ids and maps, by texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idranges.h"
#include "base/strbuf.h"

struct row {
	const char *why;
	const char *text;
	const char *wanted; /* "outside+count" of alice, uid 1000 */
};

static const struct row subid_rows[] = {
	{ "by name", "alice:100000:65536\n", "100000+65536" },
	{ "by id", "1000:200000:10\n", "200000+10" },
	{ "several, in order", "alice:5:1\nbob:7:1\n1000:9:2", "5+1 9+2" },
	{ "another's", "alicex:1:1\nalic:2:1\n10000:3:1\n:4:1\n", "" },
	{ "broken lines", "alice\nalice:\nalice:x:1\nalice:1:\nalice:1:1:1\n",
	  "" },
	{ "an empty range", "alice:100000:0\n", "" },
	{ "reaches the id that is none", "alice:4294967290:6\n", "" },
	{ "just below it", "alice:4294967290:5\n", "4294967290+5" },
	{ "would wrap", "alice:4294967296:1\nalice:1:4294967297\n", "" },
	{ "no file", "", "" },
};

static char *format(const struct idranges *ranges)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "");
	for (size_t i = 0; i < ranges->count; i++)
		strbuf_addf(&text, "%s%u+%u", i ? " " : "",
			    ranges->items[i].outside, ranges->items[i].count);
	return text.length ? strbuf_steal(&text) : xstrdup("");
}

static void test_idranges_parse_subids__rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(subid_rows) / sizeof(*subid_rows); i++) {
		autoclean(idranges_release) struct idranges got = IDRANGES_INIT;
		autofree char *text = NULL;

		idranges_parse_subids(subid_rows[i].text, "alice", 1000, &got);
		text = format(&got);
		if (strcmp(text, subid_rows[i].wanted) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", subid_rows[i].why,
				 text, subid_rows[i].wanted);
	}
}

static void test_idranges_parse_subids__nameless_user(void **state)
{
	autoclean(idranges_release) struct idranges got = IDRANGES_INIT;

	(void)state;
	idranges_parse_subids("alice:1:1\n:2:1\n1000:3:1\n", NULL, 1000, &got);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.items[0].outside, 3);
}

static void test_idranges_parse_subids__is_bounded(void **state)
{
	autoclean(idranges_release) struct idranges got = IDRANGES_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 2 * IDRANGES_MAX; i++)
		strbuf_addf(&text, "1000:%d:1\n", 100000 + i);
	idranges_parse_subids(text.text, NULL, 1000, &got);
	assert_int_equal(got.count, IDRANGES_MAX);
}

static void test_idranges_parse_map__has(void **state)
{
	autoclean(idranges_release) struct idranges map = IDRANGES_INIT;

	(void)state;
	idranges_parse_map("         0       1000          1\n"
			   "         1     100000      65536\n"
			   "broken\n 7 8\n",
			   &map);
	assert_int_equal(map.count, 2);
	assert_int_equal(idranges_total(&map), 65537);
	assert_true(idranges_has(&map, 0));
	assert_true(idranges_has(&map, 65536));
	assert_false(idranges_has(&map, 65537));
}

static void test_idranges_parse_map__everything(void **state)
{
	autoclean(idranges_release) struct idranges map = IDRANGES_INIT;

	(void)state;
	idranges_parse_map("0 0 4294967295\n", &map);
	assert_true(idranges_has(&map, 4294967294U));
	assert_false(idranges_has(&map, 4294967295U));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idranges_parse_subids__rows),
		cmocka_unit_test(test_idranges_parse_subids__nameless_user),
		cmocka_unit_test(test_idranges_parse_subids__is_bounded),
		cmocka_unit_test(test_idranges_parse_map__has),
		cmocka_unit_test(test_idranges_parse_map__everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
