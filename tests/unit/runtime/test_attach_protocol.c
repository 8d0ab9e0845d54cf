/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between a monitor and its clients, up to the last one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/attach_protocol.h"

static void open_line(int fds[2])
{
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
}

static void test_attach_protocol__carries_a_message(void **state)
{
	static struct attach_message message;
	int fds[2];

	(void)state;
	open_line(fds);
	assert_int_equal(attach_receive(fds[1], &message), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(attach_send(fds[0], ATTACH_OUTPUT, "abc", 3), 0);
	assert_int_equal(attach_receive(fds[1], &message), 1);
	assert_int_equal(message.kind, ATTACH_OUTPUT);
	assert_int_equal(message.length, 3);
	assert_memory_equal(message.data, "abc", 3);
	(void)close(fds[0]);
	assert_int_equal(attach_receive(fds[1], &message), 0);
	(void)close(fds[1]);
}

/* A monitor that ends while the size of a terminal is on its way to it. */
static void test_attach_protocol__last_words_before_a_reset(void **state)
{
	static struct attach_message message;
	const uint16_t sides[2] = { 24, 80 };
	const int32_t code = 7;
	int fds[2];

	(void)state;
	open_line(fds);
	assert_int_equal(attach_send(fds[0], ATTACH_OUTPUT, "last", 4), 0);
	assert_int_equal(attach_send(fds[0], ATTACH_EXITED, &code, 4), 0);
	assert_int_equal(attach_send(fds[1], ATTACH_RESIZE, sides, 4), 0);
	(void)close(fds[0]); /* with that unread */
	assert_int_equal(attach_receive(fds[1], &message), 1);
	assert_int_equal(message.kind, ATTACH_OUTPUT);
	assert_int_equal(attach_receive(fds[1], &message), 1);
	assert_int_equal(message.kind, ATTACH_EXITED);
	assert_int_equal(attach_receive(fds[1], &message), 0);
	(void)close(fds[1]);
}

static void test_attach_protocol__nonsense_ends_it(void **state)
{
	static struct attach_message message;
	int fds[2];

	(void)state;
	open_line(fds);
	assert_int_equal(attach_send(fds[0], ATTACH_EXITED, "x", 1), 0);
	assert_int_equal(attach_receive(fds[1], &message), 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attach_protocol__carries_a_message),
		cmocka_unit_test(
			test_attach_protocol__last_words_before_a_reset),
		cmocka_unit_test(test_attach_protocol__nonsense_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
