/* SPDX-License-Identifier: Apache-2.0 */
/* Events and sockets. */
#include "runtime/network/relay_loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

int relay_loop_watch(struct relay_loop *loop, int fd, uint32_t events,
		     struct relay_source *source)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

void relay_loop_again(struct relay_loop *loop, int fd, uint32_t events,
		      struct relay_source *source)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	/* it was added, so only memory could lack */
	(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

socklen_t relay_address_length(const union relay_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->v4)
						 : sizeof(address->v6);
}

static union relay_address address_of(const struct relay_end *end)
{
	union relay_address out;

	memset(&out, 0, sizeof(out));
	if (end->to.family == IP_V4) {
		out.v4.sin_family = AF_INET;
		out.v4.sin_port = htons(end->port);
		memcpy(&out.v4.sin_addr, end->to.bytes, 4);
	} else {
		out.v6.sin6_family = AF_INET6;
		out.v6.sin6_port = htons(end->port);
		memcpy(&out.v6.sin6_addr, end->to.bytes, 16);
	}
	return out;
}

/* Loopback and one link's addresses mean something else elsewhere. */
static bool is_for_everywhere(const union relay_address *client)
{
	if (client->any.sa_family == AF_INET)
		return (ntohl(client->v4.sin_addr.s_addr) >> 24) != 127;
	return !IN6_IS_ADDR_LOOPBACK(&client->v6.sin6_addr) &&
	       !IN6_IS_ADDR_LINKLOCAL(&client->v6.sin6_addr);
}

static int take_source(int fd, const union relay_address *client)
{
	bool is_v4 = client->any.sa_family == AF_INET;
	int mark = RELAY_PORTS_SENT_MARK;
	int one = 1;

	if (setsockopt(fd, is_v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       is_v4 ? IP_TRANSPARENT : IPV6_TRANSPARENT, &one,
		       sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0)
		return -1;
	return bind(fd, &client->any, relay_address_length(client));
}

static int dial(const struct relay_end *end, const union relay_address *source)
{
	union relay_address to = address_of(end);
	autoclose int fd =
		socket(to.any.sa_family,
		       (end->is_datagram ? SOCK_DGRAM : SOCK_STREAM) |
			       SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);

	if (fd < 0 || (source && take_source(fd, source) < 0))
		return -1;
	if (connect(fd, &to.any, relay_address_length(&to)) < 0 &&
	    errno != EINPROGRESS)
		return -1;
	return TAKE_FD(fd);
}

int relay_loop_dial(const struct relay_loop *loop, const struct relay_end *end,
		    const union relay_address *client)
{
	const struct relay_ports *relay = loop->relay;
	int family = end->to.family == IP_V4 ? AF_INET : AF_INET6;
	int fd = -1;

	if (!relay->is_current(relay->context, &end->to)) {
		errno = EHOSTUNREACH;
		return -1;
	}
	if (relay->keeps_source && client->any.sa_family == family &&
	    is_for_everywhere(client))
		fd = dial(end, client);
	/* a connection that just ended may have all four numbers still */
	return fd >= 0 ? fd : dial(end, NULL);
}
