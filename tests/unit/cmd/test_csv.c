/* SPDX-License-Identifier: Apache-2.0 */
/* Fields and quotes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/csv.h"

static const struct {
	const char *text, *fields; /* each in brackets */
} rows[] = {
	{ "", "" },
	{ "a", "[a]" },
	{ "a,b=c", "[a][b=c]" },
	{ "a,,b", "[a][][b]" },
	{ "\"a,b\",c", "[a,b][c]" },
	{ "\"a\"\"b\"", "[a\"b]" },
	{ "\"a", "[a]" },
	{ "a\"b\"", "[a\"b\"]" },
};

static void test_csv_next__takes_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;
		const char *at = rows[i].text;

		while (*at) {
			autofree char *field = csv_next(&at);

			strbuf_addf(&shown, "[%s]", field);
		}
		assert_string_equal(shown.text, rows[i].fields);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_next__takes_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
