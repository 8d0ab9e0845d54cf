/* SPDX-License-Identifier: Apache-2.0 */
/* A process by its number and its start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/process_stat.h"

#define REST " 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 23 24\n"

static void test_process_stat__counts_from_the_names_end(void **state)
{
	static const struct {
		const char *text;
		char process_state; /* 0: refused */
		const char *why;
	} rows[] = {
		{ "7 (sh) S 1" REST, 'S', "the usual" },
		{ "7 (a) Z 9 9) R 1" REST, 'R', "a name made to deceive" },
		{ "7 () Z 1" REST, 'Z', "no name" },
		{ "7 (sh) S 1 2 3", 0, "cut short" },
		{ "7 sh S 1" REST, 0, "no parenthesis" },
		{ "7 (sh)", 0, "nothing after the name" },
		{ "", 0, "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct process_stat stat = { 0 };
		int result = process_stat_parse(rows[i].text, &stat, &err);

		if (result != (rows[i].process_state ? 0 : -1) ||
		    (result == 0 &&
		     (stat.state != rows[i].process_state || stat.parent != 1 ||
		      stat.start_time != 777)))
			fail_msg("\"%s\": %s", rows[i].text, rows[i].why);
	}
}

static void test_process_stat__knows_another_of_the_same_number(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct process_stat own;
	autoclose int fd = -1;

	(void)state;
	assert_int_equal(process_stat_read(getpid(), &own, &err), 0);
	assert_int_equal(own.parent, getppid());
	assert_int_equal(process_stat_open(getpid(), own.start_time, &fd, &err),
			 0);
	assert_true(fd >= 0);
	assert_int_equal(
		process_stat_open(getpid(), own.start_time + 1, &fd, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

static void test_process_stat__a_zombie_is_gone(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct process_stat stat;
	siginfo_t info;
	autoclose int fd = -1;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_stat_read(pid, &stat, &err), 0);
	assert_int_equal(stat.state, 'Z');
	assert_int_equal(process_stat_open(pid, stat.start_time, &fd, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_stat__counts_from_the_names_end),
		cmocka_unit_test(
			test_process_stat__knows_another_of_the_same_number),
		cmocka_unit_test(test_process_stat__a_zombie_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
