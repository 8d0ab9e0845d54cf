/* SPDX-License-Identifier: Apache-2.0 */
/* Leases: kept while their holder lives, gone with it. */
#include "layers/store/lease.h"

#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/layers/store_fixture.h"

static size_t collected(struct store_fixture *fixture, struct strvec *lines)
{
	strvec_release(lines);
	expect_ok(lease_collect(fixture->store, lines, &fixture->err),
		  &fixture->err);
	return lines->count;
}

static void test_lease__lists_what_was_added(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	autoclean(strvec_release) struct strvec lines = STRVEC_INIT;
	struct error *err = &fixture->err;

	assert_int_equal(collected(fixture, &lines), 0);
	expect_ok(lease_open(fixture->store, &lease, err), err);
	expect_ok(lease_add(&lease, "blob", "sha256:x", err), err);
	expect_ok(lease_add(&lease, "layer", "y", err), err);
	assert_int_equal(collected(fixture, &lines), 2);
	assert_string_equal(lines.items[0], "blob sha256:x");
	assert_string_equal(lines.items[1], "layer y");
	lease_release(&lease);
	assert_int_equal(collected(fixture, &lines), 0);
	lease_release(&lease);
}

static void test_lease__ends_with_a_killed_holder(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(strvec_release) struct strvec lines = STRVEC_INIT;
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		struct lease lease = LEASE_INIT;

		if (lease_open(fixture->store, &lease, &fixture->err) < 0 ||
		    lease_add(&lease, "layer", "x", &fixture->err) < 0 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &(char){ 0 }, 1), 1);
	assert_int_equal(collected(fixture, &lines), 1);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(collected(fixture, &lines), 0);
	/* and its file went as well */
	assert_int_equal(
		unlinkat(fixture->store->root_fd, "leases", AT_REMOVEDIR), 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_lease__lists_what_was_added),
		STORE_TEST(test_lease__ends_with_a_killed_holder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
