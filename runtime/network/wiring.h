/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be laid or taken away for one container, as the engine hands it to
 * imgctl-network: bridges that have to be there, the container's ends of
 * networks and its published ports. Pure: a document both ways.
 */
#ifndef RUNTIME_NETWORK_WIRING_H
#define RUNTIME_NETWORK_WIRING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/network/ip_address.h"
#include "runtime/network/network_lease.h"
#include "runtime/network/port_map.h"

/* The host's side of a network. */
struct wiring_bridge {
	char name[NETWORK_LINK_MAX];
	unsigned mtu;
	struct ip_prefix ipv4, ipv6; /* its own addresses; IP_NONE: none */
	bool is_internal, has_no_masquerade, has_no_talk;
	bool is_vlan; /* a parent LINK.VLAN instead, for "drop" */
};

/* One interface of the container. */
struct wiring_end {
	enum network_driver driver;
	char bridge[NETWORK_LINK_MAX]; /* bridge: its name */
	char parent[NETWORK_LINK_MAX]; /* macvlan, ipvlan: the host's link */
	char mode[NETWORK_LINK_MAX];
	char outer[NETWORK_LINK_MAX]; /* bridge: the host's end */
	char inner[NETWORK_LINK_MAX]; /* eth0 … */
	char mac[NETWORK_MAC_TEXT];
	unsigned mtu;
	bool is_router; /* may set up its network, so may forward for others */
	struct ip_prefix ipv4, ipv6;
	struct ip_address gateway4, gateway6; /* IP_NONE: no default route */
};

/* A port whose host part is settled. */
struct wiring_port {
	struct ip_address host; /* IP_NONE: all of TO's family */
	uint16_t host_port;
	struct ip_address to;
	uint16_t port;
	char protocol[PORT_PROTOCOL_MAX];
};

struct wiring {
	struct wiring_bridge *bridges;
	struct wiring_end *ends;
	struct wiring_port *ports;
	size_t bridge_count, end_count, port_count;
};

#define WIRING_INIT              \
	{                        \
		.bridges = NULL, \
	}

/* Free what WIRING holds. */
void wiring_release(struct wiring *wiring);
DEFINE_CLEANUP(struct wiring, wiring_release)

/* Room for one more bridge; the pointer holds until the next is added. */
struct wiring_bridge *wiring_add_bridge(struct wiring *wiring)
	__attribute__((returns_nonnull));
/* Likewise for an end. */
struct wiring_end *wiring_add_end(struct wiring *wiring)
	__attribute__((returns_nonnull));
/* Likewise for a port. */
struct wiring_port *wiring_add_port(struct wiring *wiring)
	__attribute__((returns_nonnull));

/* Add all of FROM to TO. */
void wiring_append(struct wiring *to, const struct wiring *from);

/* The document of WIRING; the caller's. */
json_t *wiring_format(const struct wiring *wiring);

/* Read DOCUMENT; INVALID when a name, an address or a number is wrong. */
int wiring_parse(const json_t *document, struct wiring *out,
		 struct error *err) must_check;

#endif
