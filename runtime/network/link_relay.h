/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back to a relay (port_relay.h) that speaks with its client's address:
 * what bears the relay's mark is for this namespace, whatever its address. Only
 * imgctl-network links this.
 */
#ifndef RUNTIME_NETWORK_LINK_RELAY_H
#define RUNTIME_NETWORK_LINK_RELAY_H

#include "runtime/network/link_line.h"

/* Route what bears MARK to this namespace itself; done before is fine. */
int link_relay_route(struct link_line *line, int mark,
		     struct error *err) must_check;

#endif
