/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges with flags: whom they are for, and what gives way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/engine/id_map_words.h"

static const struct {
	const char *why;
	const char *words[4];
	bool is_filled;
	const char *uids, *gids; /* NULL: refused */
} rows[] = {
	{ "without flags", { "0:100:10" }, false, "0:100:10", "0:100:10" },
	{ "for users", { "u0:100:10" }, false, "0:100:10", "" },
	{ "for groups", { "0:1:2", "g5:8" }, false, "0:1:2", "0:1:2 5:8:1" },
	{ "for both", { "ug0:1:2" }, false, "0:1:2", "0:1:2" },
	{ "podman's example",
	  { "0:0:65000", "+100000:1:1" },
	  false,
	  "0:0:1 2:2:64998 100000:1:1",
	  "0:0:1 2:2:64998 100000:1:1" },
	{ "and its gap",
	  { "0:0:65000", "+100000:1:1", "1:65001:1" },
	  false,
	  "0:0:1 2:2:64998 100000:1:1 1:65001:1",
	  "0:0:1 2:2:64998 100000:1:1 1:65001:1" },
	{ "inside a range of the container",
	  { "0:100:10", "+4:500:2" },
	  false,
	  "0:100:4 6:106:4 4:500:2",
	  "0:100:4 6:106:4 4:500:2" },
	{ "over all of it",
	  { "3:100:2", "+0:500:9" },
	  false,
	  "0:500:9",
	  "0:500:9" },
	{ "at both ends",
	  { "0:100:4", "4:200:4", "+3:300:2" },
	  false,
	  "0:100:3 5:201:3 3:300:2",
	  "0:100:3 5:201:3 3:300:2" },
	{ "flags in any order, and the parent's ids",
	  { "g+9:@100004:2" },
	  false,
	  "",
	  "9:5:2" },
	{ "an ordinary user's group",
	  { "+g100000:@102000" },
	  true,
	  "0:0:1 1:1:65536",
	  "100000:2001:1 0:0:1 1:1:2000 2001:2002:63535" },
	{ "across the user's ranges",
	  { "5:0:10" },
	  false,
	  "5:0:1 6:1:9",
	  "5:0:1 6:1:9" },
	{ "itself under another id",
	  { "+1000:0:1" },
	  true,
	  "1000:0:1 0:1:1000 1001:1001:64536",
	  "1000:0:1 0:1:1000 1001:1001:64536" },
	{ "another flag", { "x0:1:2" }, false, NULL, NULL },
	{ "only flags", { "+u" }, false, NULL, NULL },
	{ "flags behind", { "0:1:2+" }, false, NULL, NULL },
	{ "flags of the other kind are read, too",
	  { "u0:x" },
	  false,
	  NULL,
	  NULL },
};

static void show(const struct runtime_id_maps *maps, struct strbuf *out)
{
	for (size_t i = 0; i < maps->count; i++)
		strbuf_addf(out, "%s%u:%u:%u", i ? " " : "",
			    maps->items[i].container, maps->items[i].host,
			    maps->items[i].size);
}

static void check(size_t row, bool is_group, const char *want)
{
	autoclean(idranges_release) struct idranges own = IDRANGES_INIT;
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	bool is_whole = false;
	int result = 0;

	idranges_add(&own, 0, 1000, 1);
	idranges_add(&own, 1, 100000, 65536);
	for (size_t i = 0; i < 4 && rows[row].words[i] && result == 0; i++)
		result = id_map_words_take(rows[row].words[i], is_group, &own,
					   &maps.uids, &is_whole, &err);
	if (rows[row].is_filled) {
		assert_false(is_whole);
		id_map_words_fill(&own, &maps.uids);
	}
	id_map_words_split(&own, &maps.uids);
	show(&maps.uids, &text);
	if ((result == 0) != !!want || (want && strcmp(text.text, want) != 0))
		fail_msg("%s: %s", rows[row].why,
			 result == 0 ? text.text : err.msg);
}

static void test_id_map_words__rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check(i, false, rows[i].uids);
		check(i, true, rows[i].gids);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_map_words__rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
