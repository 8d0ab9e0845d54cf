/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published ports as docker writes them:
 * [[HOST_ADDRESS:]HOST_PORT:]PORT[/PROTO] with ranges. Pure.
 */
#ifndef RUNTIME_NETWORK_PORT_MAP_H
#define RUNTIME_NETWORK_PORT_MAP_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/network/ip_address.h"

enum { PORT_MAPS_MAX = 65536, PORT_PROTOCOL_MAX = 8 };

struct port_map {
	struct ip_address host; /* IP_NONE: every address, both families */
	uint16_t host_port;	/* the first that may be taken; 0: any free */
	uint16_t host_last;	/* the last that may be taken */
	uint16_t port;		/* the container's */
	char protocol[PORT_PROTOCOL_MAX]; /* tcp, udp, sctp */
};

struct port_maps {
	struct port_map *items;
	size_t count;
};

#define PORT_MAPS_INIT  \
	{               \
		NULL, 0 \
	}

/* Free what MAPS holds. */
void port_maps_release(struct port_maps *maps);
DEFINE_CLEANUP(struct port_maps, port_maps_release)

/*
 * Append what a --publish TEXT means: a map for each port of a range. A range
 * of host ports for one port stays one map that may take any of them. INVALID
 * in docker's words.
 */
int port_maps_parse(const char *text, struct port_maps *out,
		    struct error *err) must_check;

/*
 * Append what an --expose TEXT or an image's ExposedPorts key names, "80",
 * "80-90/udp", as maps to any free host port.
 */
int port_maps_parse_exposed(const char *text, struct port_maps *out,
			    struct error *err) must_check;

#endif
