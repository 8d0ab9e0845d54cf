/* SPDX-License-Identifier: Apache-2.0 */
/* A list of flows, the one last used first. */
#include "runtime/network/relay_flow.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "base/clock.h"

enum {
	PACKETS_MAX = 64, /* before others have their turn */
	IDLE_SECONDS = 90,
	SWEEP_SECONDS = 10,
};

/* Which of the host's addresses a packet came to: answers come from there. */
union control {
	char v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct cmsghdr header;
};

struct relay_flow {
	struct relay_source source;
	const struct relay_end *end;
	int fd; /* towards the container */
	union relay_address client;
	size_t control_length;
	int64_t used; /* monotonic */
	struct relay_flow *next;
	union control control; /* last, as a header's size is open */
};

int relay_flow_prepare(const struct relay_end *end)
{
	union relay_address own;
	socklen_t length = sizeof(own);
	int one = 1;
	bool is_v4;

	if (getsockname(end->fd, &own.any, &length) < 0)
		return -1;
	is_v4 = own.any.sa_family == AF_INET;
	return setsockopt(end->fd, is_v4 ? IPPROTO_IP : IPPROTO_IPV6,
			  is_v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &one,
			  sizeof(one));
}

static void answer(struct relay_flow *flow, void *data, size_t length)
{
	struct iovec part = { data, length };
	struct msghdr message = {
		.msg_name = &flow->client,
		.msg_namelen = relay_address_length(&flow->client),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &flow->control,
		.msg_controllen = flow->control_length,
	};

	/* a packet that is lost is no failure */
	(void)sendmsg(flow->end->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	flow->used = clock_monotonic();
}

static void ready(struct relay_loop *loop, struct relay_source *source)
{
	struct relay_flow *flow = (struct relay_flow *)source;

	for (int i = 0; i < PACKETS_MAX; i++) {
		ssize_t got = recv(flow->fd, loop->packet, sizeof(loop->packet),
				   0);

		if (got >= 0)
			answer(flow, loop->packet, (size_t)got);
		else if (errno == EAGAIN)
			return;
	}
}

static void close_flow(struct relay_loop *loop, struct relay_flow **at)
{
	struct relay_flow *flow = *at;

	*at = flow->next;
	cleanup_close(&flow->fd);
	free(flow);
	loop->clients--;
}

void relay_flow_expire(struct relay_loop *loop)
{
	int64_t now = clock_monotonic();
	int64_t oldest = now - IDLE_SECONDS * CLOCK_SECOND;

	if (loop->swept && now - loop->swept < SWEEP_SECONDS * CLOCK_SECOND)
		return;
	loop->swept = now;
	for (struct relay_flow **at = &loop->flows; *at;) {
		if ((*at)->used < oldest)
			close_flow(loop, at);
		else
			at = &(*at)->next;
	}
}

static bool is_same(const union relay_address *a, const union relay_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_port == b->v4.sin_port &&
		       a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->v6.sin6_port == b->v6.sin6_port &&
	       a->v6.sin6_scope_id == b->v6.sin6_scope_id &&
	       !memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, 16);
}

/* The flow of CLIENT, moved to the front. */
static struct relay_flow *find(struct relay_loop *loop,
			       const struct relay_end *end,
			       const union relay_address *client)
{
	for (struct relay_flow **at = &loop->flows; *at; at = &(*at)->next) {
		struct relay_flow *flow = *at;

		if (flow->end != end || !is_same(&flow->client, client))
			continue;
		*at = flow->next;
		flow->next = loop->flows;
		loop->flows = flow;
		return flow;
	}
	return NULL;
}

static struct relay_flow *make(struct relay_loop *loop,
			       const struct relay_end *end,
			       const union relay_address *client)
{
	struct relay_flow *flow;
	int fd;

	if (loop->clients >= RELAY_CLIENTS_MAX)
		return NULL; /* the packet is lost */
	fd = relay_loop_dial(loop, end, client);
	if (fd < 0)
		return NULL;
	flow = xcalloc(1, sizeof(*flow));
	flow->source.ready = ready;
	flow->end = end;
	flow->fd = fd;
	flow->client = *client;
	flow->next = loop->flows;
	loop->flows = flow;
	loop->clients++;
	if (relay_loop_watch(loop, fd, EPOLLIN, &flow->source) < 0) {
		close_flow(loop, &loop->flows);
		return NULL;
	}
	return flow;
}

/* Answers go out by any link, from the address that was asked. */
static void note_control(struct relay_flow *flow, struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	flow->control_length = 0;
	if (!header || message->msg_controllen > sizeof(flow->control))
		return;
	memcpy(&flow->control, message->msg_control, message->msg_controllen);
	header = &flow->control.header;
	if (header->cmsg_level == IPPROTO_IP &&
	    header->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, CMSG_DATA(header), sizeof(v4));
		v4.ipi_ifindex = 0;
		memcpy(CMSG_DATA(header), &v4, sizeof(v4));
		flow->control_length = CMSG_SPACE(sizeof(v4));
	} else if (header->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, CMSG_DATA(header), sizeof(v6));
		if (!IN6_IS_ADDR_LINKLOCAL(&flow->client.v6.sin6_addr))
			v6.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(header), &v6, sizeof(v6));
		flow->control_length = CMSG_SPACE(sizeof(v6));
	}
}

bool relay_flow_take(struct relay_loop *loop, const struct relay_end *end)
{
	union relay_address client;
	union control control;
	struct iovec part = { loop->packet, sizeof(loop->packet) };
	struct msghdr message = {
		.msg_name = &client,
		.msg_namelen = sizeof(client),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(end->fd, &message, MSG_DONTWAIT);
	struct relay_flow *flow;

	if (got < 0)
		return errno == EINTR;
	flow = find(loop, end, &client);
	if (!flow)
		flow = make(loop, end, &client);
	if (!flow)
		return true;
	note_control(flow, &message);
	flow->used = clock_monotonic();
	/* nobody there is told by a later answer, or by none */
	(void)send(flow->fd, loop->packet, (size_t)got, MSG_NOSIGNAL);
	return true;
}
