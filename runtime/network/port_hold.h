/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holding host ports: a socket is bound for each published port and kept, so
 * that nobody else gets it and a port in use is noticed before anything starts.
 * Nothing ever listens on it: the firewall sends what comes to the container.
 */
#ifndef RUNTIME_NETWORK_PORT_HOLD_H
#define RUNTIME_NETWORK_PORT_HOLD_H

#include <stddef.h>

#include "runtime/network/port_map.h"

/* Sockets that are held; -1 marks none. */
struct port_hold {
	int *fds;
	size_t count;
};

#define PORT_HOLD_INIT  \
	{               \
		NULL, 0 \
	}

/*
 * Bind the host port of MAP, on both families when it names no address, and
 * say which port it became. BUSY, in docker's words, when no port of its range
 * can be had.
 */
int port_hold_take(const struct port_map *map, struct port_hold *hold,
		   uint16_t *port_out, struct error *err) must_check;

/* Close all of them. */
void port_hold_release(struct port_hold *hold);
DEFINE_CLEANUP(struct port_hold, port_hold_release)

#endif
