/* SPDX-License-Identifier: Apache-2.0 */
/* A network namespace that is there before the container is. */
#include "runtime/network_ahead.h"

#include "runtime/control.h"
#include "tests/unit/runtime/container.h"

static void test_network_ahead__is_the_containers(void **state)
{
	struct container *c = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int give = -1;
	autoclose int take = -1;
	autoclose int network = -1;
	char wanted[64];
	struct stat info;

	container_prepare(c);
	assert_int_equal(control_open(&give, &take, &err), 0);
	assert_int_equal(network_ahead_give(give, &err), 0);
	network = network_ahead_take(take);
	assert_true(network >= 0);
	assert_int_equal(fstat(network, &info), 0);
	(void)snprintf(wanted, sizeof(wanted), "net:[%llu]\n",
		       (unsigned long long)info.st_ino);
	c->launch.network_fd = network;
	container_check(c, "busybox readlink /proc/self/ns/net", wanted);
}

static void test_network_ahead__leaves_the_caller_where_it_is(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int give = -1;
	autoclose int take = -1;
	struct stat before, after;

	(void)state;
	assert_int_equal(control_open(&give, &take, &err), 0);
	assert_int_equal(stat("/proc/self/ns/net", &before), 0);
	assert_int_equal(network_ahead_give(give, &err), 0);
	assert_int_equal(stat("/proc/self/ns/net", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void test_network_ahead__a_giver_who_is_gone_gives_none(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int give = -1;
	autoclose int take = -1;

	(void)state;
	assert_int_equal(control_open(&give, &take, &err), 0);
	cleanup_close(&give);
	assert_int_equal(network_ahead_take(take), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_network_ahead__is_the_containers, container_setup,
			container_teardown),
		cmocka_unit_test(
			test_network_ahead__leaves_the_caller_where_it_is),
		cmocka_unit_test(
			test_network_ahead__a_giver_who_is_gone_gives_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
