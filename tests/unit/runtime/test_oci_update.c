/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of limits put into those that are in force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/jsonx.h"
#include "runtime/oci/oci_update.h"

static void test_oci_update__replaces_only_what_is_asked_for(void **state)
{
	static const struct {
		const char *old, *changes, *expected;
		const char *why;
	} rows[] = {
		{ "{}", "{\"pids\":{\"limit\":5}}", "{\"pids\":{\"limit\":5}}",
		  "nothing there before" },
		{ "{\"memory\":{\"limit\":1,\"swap\":2}}",
		  "{\"memory\":{\"limit\":9}}",
		  "{\"memory\":{\"limit\":9,\"swap\":2}}",
		  "the neighbour stays" },
		{ "{\"cpu\":{\"shares\":7,\"cpus\":\"0\"}}",
		  "{\"cpu\":{\"shares\":0,\"cpus\":\"\"}}",
		  "{\"cpu\":{\"shares\":7,\"cpus\":\"0\"}}",
		  "zero and empty are engines' way to say nothing" },
		{ "{\"memory\":{\"limit\":1}}", "{\"memory\":{\"limit\":-1}}",
		  "{\"memory\":{\"limit\":-1}}", "no limit any more" },
		{ "{\"memory\":{\"limit\":1}}", "{\"memory\":null}",
		  "{\"memory\":{\"limit\":1}}", "null says nothing" },
		{ "{\"devices\":[1]}", "{\"pids\":{\"limit\":3}}",
		  "{\"devices\":[1],\"pids\":{\"limit\":3}}",
		  "device rules stay" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(jsonx_free)
			json_t *old = json_loads(rows[i].old, 0, NULL);
		autoclean(jsonx_free)
			json_t *changes = json_loads(rows[i].changes, 0, NULL);
		autoclean(jsonx_free) json_t *expected =
			json_loads(rows[i].expected, 0, NULL);

		oci_update_merge(old, changes);
		if (!json_equal(old, expected))
			fail_msg("%s + %s: %s", rows[i].old, rows[i].changes,
				 rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_oci_update__replaces_only_what_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
