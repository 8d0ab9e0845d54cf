/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of CPUs, and a child on another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/affinity.h"

static void test_affinity__reads_lists(void **state)
{
	static const struct {
		const char *text;
		int count; /* CPUs; 0: no list */
		const char *why;
	} rows[] = {
		{ "0", 1, "one" },
		{ "0-3,7,9-9", 6, "ranges and single ones" },
		{ "3-0", 0, "a range goes upwards" },
		{ "", 0, "none is no list" },
		{ "1,", 0, "nothing after the comma" },
		{ "1024", 0, "beyond the set" },
		{ "0-", 0, "half a range" },
		{ " 1", 0, "no spaces" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		cpu_set_t set;
		int result = affinity_parse(rows[i].text, &set, &err);

		if (result != (rows[i].count ? 0 : -1) ||
		    (rows[i].count && CPU_COUNT(&set) != rows[i].count))
			fail_msg("\"%s\": %s", rows[i].text, rows[i].why);
	}
}

/* A child that lives until its pipe is closed. */
static pid_t start(int *end_out)
{
	int fds[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[1]); /* the parent's */
		while (read(fds[0], &byte, 1) > 0)
			;
		_exit(0);
	}
	(void)close(fds[0]); /* the child's */
	*end_out = fds[1];
	return pid;
}

static void test_affinity__moves_a_child_to_the_other_cpus(void **state)
{
	struct affinity_move move;
	cpu_set_t own, set;
	pid_t pid;
	int end;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	pid = start(&end);
	affinity_move_away(pid, &move);
	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	assert_int_equal(CPU_COUNT(&set),
			 CPU_COUNT(&own) > 1 ? CPU_COUNT(&own) - 1 : 1);
	assert_int_equal(move.is_made, CPU_COUNT(&own) > 1);
	(void)close(end);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_affinity__a_single_cpu_leaves_it_alone(void **state)
{
	struct affinity_move move;
	cpu_set_t own, one;
	pid_t pid;
	int end;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = start(&end);
	affinity_move_away(pid, &move);
	assert_false(move.is_made);
	affinity_move_back(&move); /* and nothing is given back */
	assert_int_equal(sched_setaffinity(0, sizeof(own), &own), 0);
	(void)close(end);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_affinity__moves_back_to_where_it_was_allowed(void **state)
{
	struct affinity_move move = { .is_made = true };
	cpu_set_t one, set;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &move.before), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	affinity_move_back(&move);
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_true(CPU_EQUAL(&set, &move.before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_affinity__reads_lists),
		cmocka_unit_test(
			test_affinity__moves_a_child_to_the_other_cpus),
		cmocka_unit_test(test_affinity__a_single_cpu_leaves_it_alone),
		cmocka_unit_test(
			test_affinity__moves_back_to_where_it_was_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
