/* SPDX-License-Identifier: Apache-2.0 */
/* Member names that other readers would take for each other. */
#include "registry/spec/json_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/jsonx.h"

static const char *const known[] = { "layers", "mediaType", NULL };

static const struct {
	const char *text;
	int result;
	const char *why;
} rows[] = {
	{ "{}", 0, "nothing" },
	{ "{\"layers\":[],\"mediaType\":\"\"}", 0, "exact" },
	{ "{\"layersX\":[],\"Other\":1}", 0, "strangers" },
	{ "{\"Layers\":[]}", -1, "another case" },
	{ "{\"layers\":[],\"LAYERS\":[]}", -1, "both" },
	{ "{\"mediatype\":\"\"}", -1, "another case" },
};

static void test_json_keys__refuses_other_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(jsonx_free) json_t *json = NULL;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(jsonx_parse(rows[i].text, strlen(rows[i].text),
					     "test", &json, &err),
				 0);
		if (json_keys_check(json, known, &err) != rows[i].result)
			fail_msg("%s", rows[i].why);
	}
}

static const struct {
	const char *text;
	int result;
	const char *why;
} maps[] = {
	{ "{}", 0, "absent" },
	{ "{\"m\":null}", 0, "null" },
	{ "{\"m\":{}}", 0, "empty" },
	{ "{\"m\":{\"a\":\"b\"}}", 0, "a string" },
	{ "{\"m\":{\"a\":\"b\",\"c\":1}}", -1, "a number" },
	{ "{\"m\":{\"a\":null}}", -1, "null inside" },
	{ "{\"m\":[\"a\"]}", -1, "an array" },
};

static void test_json_keys__wants_maps_of_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		autoclean(jsonx_free) json_t *json = NULL;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(jsonx_parse(maps[i].text, strlen(maps[i].text),
					     "test", &json, &err),
				 0);
		if (json_keys_check_map(json, "m", &err) != maps[i].result)
			fail_msg("%s", maps[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_keys__refuses_other_case),
		cmocka_unit_test(test_json_keys__wants_maps_of_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
