/* SPDX-License-Identifier: Apache-2.0 */
/* A network namespace that is there before the container is. */
#include "runtime/network_ahead.h"

#include "tests/unit/runtime/container.h"

static void test_network_ahead__is_the_containers(void **state)
{
	autoclean(network_ahead_release) struct network_ahead network =
		NETWORK_AHEAD_INIT;
	struct container *c = *state;
	char wanted[64];
	struct stat info;

	container_prepare(c);
	network_ahead_start(&network);
	network_ahead_join(&network);
	assert_true(network.fd >= 0);
	assert_int_equal(fstat(network.fd, &info), 0);
	(void)snprintf(wanted, sizeof(wanted), "net:[%llu]\n",
		       (unsigned long long)info.st_ino);
	c->launch.network_fd = network.fd;
	container_check(c, "busybox readlink /proc/self/ns/net", wanted);
}

static void test_network_ahead__leaves_the_caller_where_it_is(void **state)
{
	autoclean(network_ahead_release) struct network_ahead network =
		NETWORK_AHEAD_INIT;
	struct stat before, after;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &before), 0);
	network_ahead_start(&network);
	network_ahead_join(&network);
	network_ahead_join(&network);
	assert_int_equal(stat("/proc/self/ns/net", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_network_ahead__is_the_containers, container_setup,
			container_teardown),
		cmocka_unit_test(
			test_network_ahead__leaves_the_caller_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
