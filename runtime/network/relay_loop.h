/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of a relay (port_relay.h) have in common: one epoll(7), whose
 * events go to whatever they concern, and sockets towards the container. Events
 * are taken one at a time, so that what one closes is not in the next.
 */
#ifndef RUNTIME_NETWORK_RELAY_LOOP_H
#define RUNTIME_NETWORK_RELAY_LOOP_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "runtime/network/relay_ports.h"

enum { RELAY_CLIENTS_MAX = 4096, RELAY_PACKET_MAX = 65536 };

union relay_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct relay_loop {
	const struct relay_ports *relay;
	int epoll_fd;
	size_t clients;		  /* streams and flows */
	bool is_full;		  /* no more until one ends */
	struct relay_flow *flows; /* relay_flow.h */
	int64_t swept;		  /* when idle ones were last looked for */
	unsigned char packet[RELAY_PACKET_MAX];
};

/* The first member of whatever waits for events. */
struct relay_source {
	void (*ready)(struct relay_loop *loop, struct relay_source *source);
};

/* Have SOURCE called when FD has one of EVENTS; -1 and errno. */
int relay_loop_watch(struct relay_loop *loop, int fd, uint32_t events,
		     struct relay_source *source);

/*
 * Have what is ready at FD, which is watched by its edges, told again; for who
 * leaves off to let others have their turn.
 */
void relay_loop_again(struct relay_loop *loop, int fd, uint32_t events,
		      struct relay_source *source);

/* How long ADDRESS is. */
socklen_t relay_address_length(const union relay_address *address);

/*
 * A socket on its way to END's container, with CLIENT's address where that can
 * be; -1 and errno.
 */
int relay_loop_dial(const struct relay_loop *loop, const struct relay_end *end,
		    const union relay_address *client);

#endif
