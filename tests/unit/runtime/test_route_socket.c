/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as bytes, and against the kernel in a namespace of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "runtime/route_socket.h"

static void test_route_socket__builds(void **state)
{
	const struct ifinfomsg any = { .ifi_index = 7 };
	struct route_request request;
	const struct rtattr *first;
	const struct rtattr *second;

	(void)state;
	route_request_init(&request, RTM_GETLINK, NLM_F_EXCL, &any,
			   sizeof(any));
	assert_int_equal(request.header.nlmsg_len, NLMSG_LENGTH(sizeof(any)));
	assert_int_equal(request.header.nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_EXCL);
	/* an attribute begins at a multiple of four, its length does not */
	route_request_add(&request, IFLA_IFNAME, "abcd", 5);
	route_request_add(&request, IFLA_MTU, "1234", 4);
	first = (const void *)(request.bytes + NLMSG_LENGTH(sizeof(any)));
	assert_int_equal(first->rta_len, RTA_LENGTH(5));
	assert_memory_equal(first + 1, "abcd", 5);
	second = (const void *)((const char *)first + RTA_SPACE(5));
	assert_int_equal(second->rta_type, IFLA_MTU);
	assert_memory_equal(second + 1, "1234", 4);
	assert_int_equal(request.header.nlmsg_len, NLMSG_LENGTH(sizeof(any)) +
							   RTA_SPACE(5) +
							   RTA_LENGTH(4));
}

static void count(void *context, const struct nlmsghdr *message)
{
	int *links = context;

	*links += message->nlmsg_type == RTM_NEWLINK;
}

static void ask_for(int socket, const char *name, int *links, struct error *err)
{
	const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	struct route_request request;

	*links = 0;
	route_request_init(&request, RTM_GETLINK, name ? 0 : NLM_F_DUMP, &any,
			   sizeof(any));
	if (name)
		route_request_add(&request, IFLA_IFNAME, name,
				  strlen(name) + 1);
	if (route_socket_ask(socket, &request, count, links, err) < 0)
		*links = -1;
}

static void test_route_socket__asks_in_a_namespace(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	autoclose int new = -1;
	autoclose int socket = -1;
	int links;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0)
		skip(); /* needs root */
	new = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_int_equal(setns(own, CLONE_NEWNET), 0);
	if (route_socket_open(new, &socket, &err) < 0)
		fail_msg("%s", err.msg);
	ask_for(socket, "lo", &links, &err);
	assert_int_equal(links, 1);
	/* one that was just made may have tunnels' links, but has lo */
	ask_for(socket, NULL, &links, &err);
	assert_true(links >= 1);
	ask_for(socket, "nolink", &links, &err);
	assert_int_equal(links, -1);
	assert_int_equal(err.sys, ENODEV);
	/* nothing of the last answer is left for the next */
	error_release(&err);
	ask_for(socket, "lo", &links, &err);
	assert_int_equal(links, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route_socket__builds),
		cmocka_unit_test(test_route_socket__asks_in_a_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
