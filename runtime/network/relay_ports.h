/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ports that a relay (port_relay.h) carries: sockets that hold them, and
 * where each leads. A relay may speak with its client's address, which takes
 * two marks: what is sent bears one, by which the firewall knows what is
 * answered, and gives that the other.
 */
#ifndef RUNTIME_NETWORK_RELAY_PORTS_H
#define RUNTIME_NETWORK_RELAY_PORTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "runtime/network/ip_address.h"

/*
 * On what is sent with a client's address, and on what is answered: the latter
 * is routed by it, so that the former must not bear it. It is also the number
 * of a table of routes.
 */
enum { RELAY_PORTS_SENT_MARK = 6763, RELAY_PORTS_MARK = 6764 };

/* A host port, and where it leads. */
struct relay_end {
	int fd; /* bound, and listening where it is a stream; borrowed */
	bool is_datagram;
	struct ip_address to;
	uint16_t port;
};

struct relay_ports {
	struct relay_end *ends;
	size_t count;
	bool keeps_source;
	/* whether the container still has address TO; asked for each client */
	bool (*is_current)(void *context, const struct ip_address *to);
	void *context;
};

#define RELAY_PORTS_INIT                   \
	{                                  \
		NULL, 0, false, NULL, NULL \
	}

/* Free PORTS' list of ends. */
void relay_ports_release(struct relay_ports *ports);
DEFINE_CLEANUP(struct relay_ports, relay_ports_release)

#endif
