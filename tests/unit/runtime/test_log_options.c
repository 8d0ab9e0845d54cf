/* SPDX-License-Identifier: Apache-2.0 */
/* Log drivers and their options, as docker takes and refuses them. */
#include "runtime/logs/log_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"

static const struct {
	const char *driver, *options;
	struct log_options want;
	const char *error, *why;
} rows[] = {
	{ "",
	  NULL,
	  { LOG_DRIVER_JSON_FILE, 0, 1, false },
	  NULL,
	  "the default" },
	{ "local",
	  NULL,
	  { LOG_DRIVER_LOCAL, 20 << 20, 5, true },
	  NULL,
	  "capped and compressed" },
	{ "none",
	  NULL,
	  { LOG_DRIVER_NONE, 0, 1, false },
	  NULL,
	  "nothing is kept" },
	{ "json-file",
	  "{\"max-size\":\"10k\",\"max-file\":\"3\"}",
	  { LOG_DRIVER_JSON_FILE, 10240, 3, false },
	  NULL,
	  "rotated" },
	{ "json-file",
	  "{\"max-size\":\"1m\",\"max-file\":\"2\",\"compress\":"
	  "\"true\"}",
	  { LOG_DRIVER_JSON_FILE, 1 << 20, 2, true },
	  NULL,
	  "compressed" },
	{ "json-file",
	  "{\"compress\":\"F\"}",
	  { LOG_DRIVER_JSON_FILE, 0, 1, false },
	  NULL,
	  "Go's word" },
	{ "local",
	  "{\"compress\":\"false\",\"max-file\":\"1\"}",
	  { LOG_DRIVER_LOCAL, 20 << 20, 1, false },
	  NULL,
	  "one file" },
	{ "local",
	  "{\"max-file\":\"1\"}",
	  { 0 },
	  "compression cannot be enabled when max file count is 1",
	  "nothing to compress" },
	{ "json-file",
	  "{\"compress\":\"true\"}",
	  { 0 },
	  "compress cannot be true when max-file is less than 2 or "
	  "max-size is not set",
	  "nothing to compress" },
	{ "json-file",
	  "{\"compress\":\"1\",\"max-size\":\"1m\"}",
	  { 0 },
	  "compress cannot be true when max-file is less than 2 or "
	  "max-size is not set",
	  "one file" },
	{ "json-file",
	  "{\"compress\":\"yes\"}",
	  { 0 },
	  "strconv.ParseBool: parsing \"yes\": invalid syntax",
	  "no word of Go's" },
	{ "json-file",
	  "{\"max-file\":\"2\"}",
	  { 0 },
	  "max-file cannot be specified without max-size",
	  "never rotated" },
	{ "json-file",
	  "{\"colour\":\"red\"}",
	  { 0 },
	  "unknown log opt 'colour' for json-file log driver",
	  "unknown" },
};

static void test_log_options__a_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *options =
			rows[i].options ? json_loads(rows[i].options, 0, NULL)
					: NULL;
		struct log_options got;
		int result = log_options_parse(rows[i].driver, options, &got,
					       &err);

		if (rows[i].error) {
			assert_int_equal(result, -1);
			assert_string_equal(err.msg, rows[i].error);
			continue;
		}
		if (result < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (got.driver != rows[i].want.driver ||
		    got.max_size != rows[i].want.max_size ||
		    got.max_files != rows[i].want.max_files ||
		    got.is_compressed != rows[i].want.is_compressed)
			fail_msg("%s", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_options__a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
