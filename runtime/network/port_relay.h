/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that carries what comes to host ports to a container, byte by byte
 * (tcp) or packet by packet (udp): where no firewall rule of ours can, since
 * the host's rules are not this user's to change, or since client and container
 * have no family of addresses in common.
 *
 * It sits where the container can be reached from; the sockets it listens at
 * were bound elsewhere. Where asked, the container sees the client's own
 * address: the relay binds to it (IP_TRANSPARENT) and marks what it sends, so
 * that answers are routed to it (link_relay.h).
 */
#ifndef RUNTIME_NETWORK_PORT_RELAY_H
#define RUNTIME_NETWORK_PORT_RELAY_H

#include "runtime/network/relay_ports.h"

/* Carry PORTS until killed. Returns only when it cannot begin. */
void port_relay_run(const struct relay_ports *ports);

#endif
