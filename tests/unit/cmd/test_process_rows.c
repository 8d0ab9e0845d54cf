/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of ps(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/front/process_rows.h"

static void test_process_rows__lines_of_the_processes(void **state)
{
	static const pid_t pids[] = { 7, 30 };
	static const struct {
		const char *text;
		const char *rows; /* NULL: refused */
		const char *why;
	} table[] = {
		{ "UID PID CMD\nroot 1 init\nroot 7 sh\nbob 30 ps 7\n",
		  "UID PID CMD\nroot 7 sh\nbob 30 ps 7\n", "by the column" },
		{ "    PID TTY\n      7 ?\n     77 ?\n",
		  "    PID TTY\n      7 ?\n", "whole numbers, padded" },
		{ "PID\n30", "PID\n30\n", "no newline at the end" },
		{ "PID\n\n7\n", "PID\n7\n", "an empty line" },
		{ "UID PPID CMD\nroot 7 sh\n", NULL, "no such column" },
		{ "", NULL, "nothing" },
		{ "CMD\nPID\n7\n", NULL, "only the first line is a header" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		autoclean(strbuf_release) struct strbuf rows = STRBUF_INIT;
		struct error err = ERROR_INIT;
		int result = process_rows(table[i].text, pids, 2, &rows, &err);

		print_message("%s\n", table[i].why);
		assert_int_equal(result, table[i].rows ? 0 : -1);
		if (table[i].rows)
			assert_string_equal(rows.text, table[i].rows);
		error_release(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_rows__lines_of_the_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
