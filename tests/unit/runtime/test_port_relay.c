/* SPDX-License-Identifier: Apache-2.0 */
/* A relay in a child, a server in another, and clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "runtime/network/port_relay.h"

enum { MUCH = 1 << 20, WAIT_SECONDS = 60 };

static bool answer_yes(void *context, const struct ip_address *to)
{
	(void)to;
	return *(const bool *)context;
}

/* A socket at 127.0.0.1, and its port. */
static int bound(int type, uint16_t *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval patience = { .tv_sec = WAIT_SECONDS };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length),
			 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    sizeof(patience)),
			 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static int client_of(int type, uint16_t port)
{
	uint16_t own;
	int fd = bound(type, &own);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Starts a relay from a port to *TO. */
static pid_t relay_to(int type, uint16_t to, bool *is_current, uint16_t *port)
{
	struct relay_end end = {
		.fd = bound(type, port),
		.is_datagram = type == SOCK_DGRAM,
		.to = { IP_V4, { 127, 0, 0, 1 } },
		.port = to,
	};
	struct relay_ports relay = {
		.ends = &end,
		.count = 1,
		.is_current = answer_yes,
		.context = is_current,
	};
	pid_t child;

	if (type == SOCK_STREAM)
		assert_int_equal(listen(end.fd, 16), 0);
	child = fork();
	if (child == 0) {
		port_relay_run(&relay);
		_exit(1);
	}
	(void)close(end.fd);
	return child;
}

static void end_child(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static size_t read_to_end(int fd, unsigned char *out, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, out + length, size - length)) > 0)
		length += (size_t)got;
	assert_int_equal(got, 0);
	return length;
}

/* Takes all of one client, then gives it back twice, and ends. */
static _Noreturn void give_back_twice(int listener)
{
	unsigned char *data = xcalloc(1, MUCH + 1);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	size_t length = read_to_end(fd, data, MUCH + 1);

	for (int i = 0; i < 2; i++)
		for (size_t at = 0; at < length;) {
			ssize_t put = write(fd, data + at, length - at);

			if (put <= 0)
				_exit(1);
			at += (size_t)put;
		}
	_exit(0);
}

/* More than all buffers hold, and the client has ended before an answer. */
static void test_port_relay__carries_both_ways_to_the_end(void **state)
{
	bool is_current = true;
	uint16_t server_port;
	uint16_t port;
	int listener = bound(SOCK_STREAM, &server_port);
	unsigned char *data = xcalloc(1, MUCH);
	unsigned char *back = xcalloc(2, MUCH + 1);
	pid_t server;
	pid_t relay;
	int client;

	(void)state;
	for (size_t i = 0; i < MUCH; i++)
		data[i] = (unsigned char)(i * 7 + (i >> 9));
	assert_int_equal(listen(listener, 1), 0);
	server = fork();
	if (server == 0)
		give_back_twice(listener);
	relay = relay_to(SOCK_STREAM, server_port, &is_current, &port);
	client = client_of(SOCK_STREAM, port);
	for (size_t at = 0; at < MUCH;) {
		ssize_t put = write(client, data + at, MUCH - at);

		assert_true(put > 0);
		at += (size_t)put;
	}
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	assert_int_equal(read_to_end(client, back, 2 * (MUCH + 1)), 2 * MUCH);
	assert_memory_equal(back, data, MUCH);
	assert_memory_equal(back + MUCH, data, MUCH);
	(void)close(client);
	(void)close(listener);
	end_child(relay);
	assert_int_equal(waitpid(server, NULL, 0), server);
	free(data);
	free(back);
}

static void test_port_relay__ends_clients_of_nobody(void **state)
{
	bool is_current = true;
	uint16_t nobody;
	uint16_t port;
	unsigned char byte;
	/* bound, but nobody listens: refused */
	int holder = bound(SOCK_STREAM, &nobody);
	pid_t relay = relay_to(SOCK_STREAM, nobody, &is_current, &port);
	int client = client_of(SOCK_STREAM, port);

	(void)state;
	assert_true(read(client, &byte, 1) <= 0);
	(void)close(client);
	end_child(relay);
	(void)close(holder);
}

static void test_port_relay__asks_whether_the_address_is_its_own(void **state)
{
	bool is_current = false;
	uint16_t server_port;
	uint16_t port;
	unsigned char byte;
	int listener = bound(SOCK_STREAM, &server_port);
	struct pollfd slot = { listener, POLLIN, 0 };
	pid_t relay;
	int client;

	(void)state;
	assert_int_equal(listen(listener, 1), 0);
	relay = relay_to(SOCK_STREAM, server_port, &is_current, &port);
	client = client_of(SOCK_STREAM, port);
	assert_true(read(client, &byte, 1) <= 0);
	/* and nobody came to the server */
	assert_int_equal(poll(&slot, 1, 0), 0);
	(void)close(client);
	end_child(relay);
	(void)close(listener);
}

static void exchange(int client, int server, const char *word)
{
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	char data[16] = "";
	ssize_t size = (ssize_t)strlen(word);

	assert_int_equal(send(client, word, (size_t)size, 0), size);
	assert_int_equal(recvfrom(server, data, sizeof(data), 0,
				  (struct sockaddr *)&from, &length),
			 size);
	assert_memory_equal(data, word, (size_t)size);
	assert_int_equal(
		sendto(server, "back", 4, 0, (struct sockaddr *)&from, length),
		4);
	assert_int_equal(recv(client, data, sizeof(data), 0), 4);
	assert_memory_equal(data, "back", 4);
}

static void test_port_relay__gives_each_client_its_answers(void **state)
{
	bool is_current = true;
	uint16_t server_port;
	uint16_t port;
	int server = bound(SOCK_DGRAM, &server_port);
	pid_t relay = relay_to(SOCK_DGRAM, server_port, &is_current, &port);
	int one = client_of(SOCK_DGRAM, port);
	int two = client_of(SOCK_DGRAM, port);

	(void)state;
	exchange(one, server, "first");
	exchange(two, server, "second");
	exchange(one, server, "third");
	(void)close(one);
	(void)close(two);
	end_child(relay);
	(void)close(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_relay__carries_both_ways_to_the_end),
		cmocka_unit_test(test_port_relay__ends_clients_of_nobody),
		cmocka_unit_test(
			test_port_relay__asks_whether_the_address_is_its_own),
		cmocka_unit_test(
			test_port_relay__gives_each_client_its_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
