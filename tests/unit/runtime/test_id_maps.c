/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of ids: read, checked, kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/engine/id_maps.h"

struct row {
	const char *why;
	const char *text;
	struct runtime_id_map want; /* size 0: refused */
};

/* An ordinary user's: itself, then its subordinate ids. */
static void own_ids(struct idranges *out)
{
	idranges_add(out, 0, 1000, 1);
	idranges_add(out, 1, 100000, 65536);
}

static const struct row rows[] = {
	{ "all three", "0:100:10", { 0, 100, 10 } },
	{ "one id", "5:6", { 5, 6, 1 } },
	{ "of the parent namespace", "0:@100005:3", { 0, 6, 3 } },
	{ "the user itself", "0:@1000", { 0, 0, 1 } },
	{ "everything", "0:0:4294967295", { 0, 0, UINT32_MAX } },
	{ "not the user's", "0:@1001", { 0 } },
	{ "nothing", "", { 0 } },
	{ "one number", "5", { 0 } },
	{ "no number", "a:1:1", { 0 } },
	{ "no second number", "1::1", { 0 } },
	{ "no size", "1:1:", { 0 } },
	{ "none of them", "1:1:0", { 0 } },
	{ "four numbers", "1:1:1:1", { 0 } },
	{ "a sign", "-1:1:1", { 0 } },
	{ "blanks", "1: 1:1", { 0 } },
	{ "too great", "4294967296:0:1", { 0 } },
	{ "parent's container id", "@1:1:1", { 0 } },
};

static void test_id_maps_parse__rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(idranges_release) struct idranges own = IDRANGES_INIT;
		autoclean(id_maps_release) struct id_maps got = ID_MAPS_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		const struct runtime_id_map *want = &rows[i].want;
		int result;

		own_ids(&own);
		result = id_maps_parse(rows[i].text, &own, &got.uids, &err);
		if ((result == 0) != (want->size != 0))
			fail_msg("%s: %d, %s", rows[i].why, result,
				 err.msg ? err.msg : "");
		if (result < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		if (memcmp(&got.uids.items[0], want, sizeof(*want)) != 0)
			fail_msg("%s: %u:%u:%u", rows[i].why,
				 got.uids.items[0].container,
				 got.uids.items[0].host,
				 got.uids.items[0].size);
	}
}

static void test_id_maps_check__rows(void **state)
{
	static const struct {
		const char *why;
		const char *texts[3];
		const char *message; /* NULL: fine */
	} checks[] = {
		{ "one range", { "0:0:65537" }, NULL },
		{ "side by side", { "0:0:10", "10:10:10" }, NULL },
		{ "over two of its own", { "0:0:2", "2:3:5" }, NULL },
		{ "twice inside", { "0:0:10", "9:20:1" }, "inside" },
		{ "twice outside", { "0:0:10", "10:9:1" }, "outside of" },
		{ "no root", { "1:0:10" }, "id 0 has to be mapped" },
		{ "not its own", { "0:65536:2" }, "does not have all ids" },
		{ "beyond the last",
		  { "0:0:1", "4294967294:1:2" },
		  "beyond the last" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		autoclean(idranges_release) struct idranges own = IDRANGES_INIT;
		autoclean(id_maps_release) struct id_maps got = ID_MAPS_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		int result;

		own_ids(&own);
		for (size_t j = 0; j < 3 && checks[i].texts[j]; j++)
			assert_int_equal(id_maps_parse(checks[i].texts[j], &own,
						       &got.uids, &err),
					 0);
		result = id_maps_check(&got.uids, &own, "--uidmap", &err);
		if ((result < 0) != (checks[i].message != NULL) ||
		    (result < 0 && !strstr(err.msg, checks[i].message)))
			fail_msg("%s: %d, %s", checks[i].why, result,
				 err.msg ? err.msg : "");
	}
}

static void test_id_maps__kept_and_read_again(void **state)
{
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;
	autoclean(id_maps_release) struct id_maps again = ID_MAPS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	uint32_t id;

	(void)state;
	id_maps_add(&maps.uids, 0, 0, UINT32_MAX);
	id_maps_add(&maps.gids, 0, 7, 3);
	id_maps_add(&maps.gids, 3, 1, 0); /* nothing */
	document = id_maps_format(&maps);
	assert_int_equal(id_maps_read(document, &again, &err), 0);
	assert_int_equal(again.uids.items[0].size, UINT32_MAX);
	assert_int_equal(again.gids.count, 1);
	assert_true(id_maps_outside(&again.gids, 2, &id));
	assert_int_equal(id, 9);
	assert_false(id_maps_outside(&again.gids, 3, &id));
	assert_false(id_maps_is_identity(&again));
	(void)json_object_del(document, "GidMap");
	id_maps_release(&again);
	again = (struct id_maps)ID_MAPS_INIT;
	assert_int_equal(id_maps_read(document, &again, &err), -1);
	assert_int_equal(err.kind, ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_maps_parse__rows),
		cmocka_unit_test(test_id_maps_check__rows),
		cmocka_unit_test(test_id_maps__kept_and_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
