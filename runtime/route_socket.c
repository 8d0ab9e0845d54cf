/* SPDX-License-Identifier: Apache-2.0 */
/* One request, one answer. */
#include "runtime/route_socket.h"

#include <assert.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* What the kernel fills at once when it lists. */
enum { ANSWER_MAX = 32768 };

void route_request_init(struct route_request *out, uint16_t type,
			uint16_t flags, const void *fixed, size_t length)
{
	memset(out, 0, sizeof(*out));
	out->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(length);
	out->header.nlmsg_type = type;
	out->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	memcpy(NLMSG_DATA(&out->header), fixed, length);
}

void route_request_add(struct route_request *request, uint16_t type,
		       const void *data, size_t length)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr head = { (unsigned short)RTA_LENGTH(length), type };

	assert(at + RTA_SPACE(length) <= sizeof(request->bytes));
	memcpy(request->bytes + at, &head, sizeof(head));
	memcpy(request->bytes + at + RTA_LENGTH(0), data, length);
	request->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(length));
}

const void *route_message_data(const struct nlmsghdr *message)
{
	return (const char *)message + NLMSG_HDRLEN;
}

static int open_here(int *out, struct error *err)
{
	*out = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (*out < 0)
		return error_sys(err, errno, "open a routing socket");
	return 0;
}

/* A socket stays in the namespace that it was made in. */
int route_socket_open(int namespace_fd, int *out, struct error *err)
{
	autoclose int own = -1;
	int result;

	if (namespace_fd < 0)
		return open_here(out, err);
	own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || setns(namespace_fd, CLONE_NEWNET) < 0)
		return error_sys(err, errno, "enter a network namespace");
	result = open_here(out, err);
	(void)setns(own, CLONE_NEWNET); /* our own: always allowed */
	return result;
}

/* The end of an answer, good or bad. */
static int take_end(const struct nlmsghdr *message, struct error *err)
{
	const struct nlmsgerr *end = route_message_data(message);

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(end->error)) ||
	    end->error == 0)
		return 0;
	return error_sys(err, -end->error, "the kernel refuses");
}

/* Hands on what is whole of LENGTH bytes; *DONE at the end of an answer. */
static int take(const char *bytes, size_t length, route_answer *each,
		void *context, bool *done, struct error *err)
{
	size_t at = 0;

	while (!*done && length - at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const void *)(bytes + at);
		size_t size = message->nlmsg_len;

		if (size < sizeof(*message) || size > length - at)
			break;
		*done = message->nlmsg_type == NLMSG_DONE ||
			message->nlmsg_type == NLMSG_ERROR;
		if (*done && take_end(message, err) < 0)
			return -1;
		if (!*done && each)
			each(context, message);
		at += NLMSG_ALIGN(size) < length - at ? NLMSG_ALIGN(size)
						      : length - at;
	}
	return 0;
}

/* Up to the end of the answer. */
static int receive(int socket, route_answer *each, void *context,
		   struct error *err)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_MAX];
	bool done = false;

	while (!done) {
		ssize_t got = recv(socket, bytes, sizeof(bytes), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "hear from the kernel");
		if (take(bytes, (size_t)got, each, context, &done, err) < 0)
			return -1;
	}
	return 0;
}

int route_socket_ask(int socket, struct route_request *request,
		     route_answer *each, void *context, struct error *err)
{
	/* a list has an end of its own; each half of its flag means more */
	if ((request->header.nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(socket, request, request->header.nlmsg_len, 0) < 0)
		return error_sys(err, errno, "ask the kernel");
	return receive(socket, each, context, err);
}
