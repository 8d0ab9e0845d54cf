/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of a relay, and its loop. */
#include "runtime/network/port_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "runtime/network/relay_flow.h"
#include "runtime/network/relay_stream.h"

enum {
	CLIENTS_AT_ONCE = 64, /* before others have their turn */
	EXPIRY_MS = 10000,
};

struct relay_port {
	struct relay_source source;
	const struct relay_end *end;
};

/* False when no more clients can be taken now. */
static bool take_client(struct relay_loop *loop, const struct relay_end *end)
{
	union relay_address client;
	socklen_t length = sizeof(client);
	int fd;

	if (loop->clients >= RELAY_CLIENTS_MAX) {
		loop->is_full = true;
		return false;
	}
	fd = accept4(end->fd, &client.any, &length,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		relay_stream_open(loop, end, fd, &client);
		return true;
	}
	/* out of descriptors: some come back with a client that ends */
	if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		loop->is_full = loop->clients > 0;
	return false;
}

static void ready(struct relay_loop *loop, struct relay_source *source)
{
	const struct relay_port *port = (const struct relay_port *)source;
	bool goes_on = true;

	for (int i = 0; goes_on && i < CLIENTS_AT_ONCE; i++)
		goes_on = port->end->is_datagram
				  ? relay_flow_take(loop, port->end)
				  : take_client(loop, port->end);
}

static int prepare(const struct relay_end *end)
{
	int flags = fcntl(end->fd, F_GETFL);

	if (flags < 0 || fcntl(end->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -1;
	return end->is_datagram ? relay_flow_prepare(end) : 0;
}

/* While it is full, clients wait in the kernel. */
static int watch_ports(struct relay_loop *loop, struct relay_port *ports,
		       bool is_on)
{
	for (size_t i = 0; i < loop->relay->count; i++) {
		int fd = ports[i].end->fd;

		if (!is_on)
			(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd,
					NULL);
		else if (relay_loop_watch(loop, fd, EPOLLIN, &ports[i].source) <
			 0)
			return -1;
	}
	return 0;
}

static void raise_limit(void)
{
	struct rlimit limit;

	/* with less there are fewer clients */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void turn(struct relay_loop *loop, struct relay_port *ports)
{
	struct epoll_event event;
	size_t before = loop->clients;
	int count = epoll_wait(loop->epoll_fd, &event, 1,
			       loop->flows ? EXPIRY_MS : -1);
	bool was_full = loop->is_full;

	if (count > 0) {
		struct relay_source *source = event.data.ptr;

		source->ready(loop, source);
	}
	if (loop->flows)
		relay_flow_expire(loop);
	if (loop->is_full && !was_full)
		(void)watch_ports(loop, ports, false); /* never fails */
	if (loop->is_full && loop->clients < before) {
		loop->is_full = false;
		(void)watch_ports(loop, ports, true); /* as it did before */
	}
}

void port_relay_run(const struct relay_ports *relay)
{
	struct relay_loop *loop = xcalloc(1, sizeof(*loop));
	struct relay_port *ports = xcalloc(relay->count + 1, sizeof(*ports));

	raise_limit();
	loop->relay = relay;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < relay->count; i++) {
		ports[i] = (struct relay_port){ { ready }, &relay->ends[i] };
		if (prepare(&relay->ends[i]) < 0)
			goto failed;
	}
	if (loop->epoll_fd >= 0 && watch_ports(loop, ports, true) == 0)
		for (;;)
			turn(loop, ports);
failed:
	cleanup_close(&loop->epoll_fd);
	free(loop);
	free(ports);
}
