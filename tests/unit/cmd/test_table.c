/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations come from docker's output and from Go's text/tabwriter. */
#include "cmd/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *why;
	const char *text;
	const char *expected;
} cases[] = {
	{ "nothing", "", "" },
	{ "no tabs", "a\nb\n", "a\nb\n" },
	{ "no final newline", "a\tb", "a         b" },
	{ "ten columns at least", "ID\tX\nab\ty\n",
	  "ID        X\nab        y\n" },
	{ "three apart", "0123456789ab\tX\nID\ty\n",
	  "0123456789ab   X\nID             y\n" },
	{ "last text is never padded", "a\tlong text\nb\tx\n",
	  "a         long text\nb         x\n" },
	{ "an empty last cell leaves padding", "a\t\nb\tx\n",
	  "a         \nb         x\n" },
	{ "runes count, not bytes", "éééééééé\tX\nID\ty\n",
	  "éééééééé   X\nID         y\n" },
	{ "a line without the cell ends the column",
	  "longer than that\tX\nnone\nID\ty\n",
	  "longer than that   X\nnone\nID        y\n" },
	{ "columns to the right are blocks too",
	  "a\tlonger than ten\tz\nb\tq\nc\td\te\n",
	  "a         longer than ten   z\nb         q\nc         d"
	  "         e\n" },
	{ "empty line in between", "longer than ten\tx\n\ny\tz\n",
	  "longer than ten   x\n\ny         z\n" },
	{ "docker ps without containers",
	  "CONTAINER ID\tIMAGE\tCOMMAND\tCREATED\tSTATUS\tPORTS\tNAMES\n",
	  "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     "
	  "NAMES\n" },
};

static void test_table__aligns_like_tabwriter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct strbuf out = STRBUF_INIT;

		table_format(cases[i].text, strlen(cases[i].text), &out);
		if (strcmp(out.text, cases[i].expected))
			print_error("row: %s\n", cases[i].why);
		assert_string_equal(out.text, cases[i].expected);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table__aligns_like_tabwriter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
