/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that engines read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cmd/front/oci/oci_log.h"

static void test_oci_log__formats(void **state)
{
	static const struct {
		bool is_json;
		const char *message;
		const char *line;
	} rows[] = {
		{ true, "no \"x\"",
		  "{\"level\":\"error\",\"msg\":\"no \\\"x\\\"\","
		  "\"time\":\"2020-01-01T00:00:00Z\"}\n" },
		{ false, "no \"x\"\n\x1b",
		  "time=\"2020-01-01T00:00:00Z\" level=error "
		  "msg=\"no \\\"x\\\"\\n\\x1b\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		oci_log_format(rows[i].is_json, "error", rows[i].message,
			       1577836800 * (int64_t)CLOCK_SECOND + 5, &out);
		assert_string_equal(out.text, rows[i].line);
	}
}

static void test_oci_log__bytes_that_are_no_text_still_make_a_line(void **state)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	oci_log_format(true, "error", "bad \xff path", 0, &out);
	assert_true(out.length > 20);
	assert_int_equal(out.text[0], '{');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_log__formats),
		cmocka_unit_test(
			test_oci_log__bytes_that_are_no_text_still_make_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
