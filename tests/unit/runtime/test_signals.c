/* SPDX-License-Identifier: Apache-2.0 */
/* Names of signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>

#include "runtime/signals.h"

static void test_signals__names(void **state)
{
	static const struct {
		const char *text;
		int number; /* 0: refused */
		const char *why;
	} rows[] = {
		{ "TERM", SIGTERM, "docker's short form" },
		{ "SIGTERM", SIGTERM, "the usual name" },
		{ "sigterm", SIGTERM, "in any case" },
		{ "15", SIGTERM, "a number" },
		{ "USR1", SIGUSR1, "another" },
		{ "WINCH", SIGWINCH, "of a window" },
		{ "RTMIN", 34, "as the kernel counts for programs" },
		{ "RTMIN+3", 37, "systemd's way to be stopped" },
		{ "SIGRTMAX-1", 63, "counted down" },
		{ "RTMAX", 64, "the last one" },
		{ "64", 64, "the last number" },
		{ "", 0, "nothing" },
		{ "SIG", 0, "nothing behind the prefix" },
		{ "0", 0, "no signal" },
		{ "65", 0, "beyond the last" },
		{ "-9", 0, "no sign" },
		{ "9x", 0, "more behind a number" },
		{ "99999999999", 0, "too long" },
		{ "NOSUCH", 0, "unknown" },
		{ "RTMIN+31", 0, "beyond the last" },
		{ "RTMIN-1", 0, "before the first" },
		{ "RTMIN+", 0, "no number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = ERROR_INIT;
		int number = 0;
		int result = signals_from_name(rows[i].text, &number, &err);

		if ((result == 0) != (rows[i].number != 0) ||
		    (result == 0 && number != rows[i].number))
			fail_msg("%s (%s): %d, %d", rows[i].text, rows[i].why,
				 result, number);
		if (result < 0)
			assert_int_equal(err.kind, ERROR_INVALID);
		error_release(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals__names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
