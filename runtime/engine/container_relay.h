/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay of a container's published ports (runtime/network/port_relay.h), a
 * child of its monitor. It listens at the sockets that hold the ports, and is
 * there for what no firewall leads anywhere: all that comes for an ordinary
 * user's container on a network, to which it speaks from that user's network;
 * and for root's what comes by IPv6, when the container has IPv4 only, or the
 * client is the host itself at [::1]. The latter is rare, so that such a relay
 * is started when the first client calls.
 */
#ifndef RUNTIME_CONTAINER_RELAY_H
#define RUNTIME_CONTAINER_RELAY_H

#include <sys/types.h>

#include "runtime/engine/container_ports.h"
#include "runtime/network/relay_ports.h"

/* What a relay needs to know. */
struct container_relay_plan {
	const struct container_ports *ports;
	const struct port_hold *hold;
	const struct wiring_end *end; /* the container's first */
	int home_fd;		      /* the network namespace it speaks from */
	int run_fd; /* the container's run folder, with its record */
};

/*
 * Which held sockets lead where: to the address of their own family, or the
 * other one when there is none. Those of sctp lead nowhere, and for root those
 * of IPv4.
 */
void container_relay_ends(const struct container_relay_plan *plan,
			  struct relay_ports *out);

/*
 * Listen, and start it; *OUT is its process, 0 when there is nothing to carry.
 * BUSY when somebody listens at a port already. UNSUPPORTED for sctp.
 */
int container_relay_start(const struct container_relay_plan *plan, pid_t *out,
			  struct error *err) must_check;

/*
 * Listen at what a relay would carry for root; the descriptor becomes readable
 * when somebody calls. -1: there is nothing, or nothing that can be had.
 */
int container_relay_watch(const struct container_relay_plan *plan);

/* End it. */
void container_relay_stop(pid_t *relay);

#endif
