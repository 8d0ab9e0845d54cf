/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the kernel's routing socket (rtnetlink(7)), as few as the runtime
 * itself needs: networks of containers are another program's affair, which has
 * a library for it.
 *
 *	route_request_init(&request, RTM_NEWLINK, 0, &link, sizeof(link));
 *	route_request_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
 *	if (route_socket_ask(socket, &request, NULL, NULL, err) < 0) …
 */
#ifndef RUNTIME_ROUTE_SOCKET_H
#define RUNTIME_ROUTE_SOCKET_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { ROUTE_REQUEST_MAX = 1024 };

struct route_request {
	union {
		struct nlmsghdr header;
		char bytes[ROUTE_REQUEST_MAX];
	};
};

/*
 * A request of TYPE with NLM_F_… FLAGS, which begins with FIXED. With
 * NLM_F_DUMP it is for a list, and else for one thing.
 */
void route_request_init(struct route_request *out, uint16_t type,
			uint16_t flags, const void *fixed, size_t length);

/* Append an attribute, which has to fit. */
void route_request_add(struct route_request *request, uint16_t type,
		       const void *data, size_t length);

/*
 * Open a socket of the network namespace NAMESPACE_FD, or of ours when it is
 * -1. The calling process must have one thread only.
 */
int route_socket_open(int namespace_fd, int *out, struct error *err) must_check;

/* What follows a message's header. */
const void *route_message_data(const struct nlmsghdr *message);

/* One message of an answer, whole. */
typedef void route_answer(void *context, const struct nlmsghdr *message);

/*
 * Have it done, and wait until it is; EACH, unless NULL, is called for every
 * message of the answer. The error's `sys` is the kernel's.
 */
int route_socket_ask(int socket, struct route_request *request,
		     route_answer *each, void *context,
		     struct error *err) must_check;

#endif
