/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's settings of links, in the calling thread's network namespace.
 * Nothing is written where it says so already.
 */
#ifndef RUNTIME_NETWORK_LINK_SYSCTL_H
#define RUNTIME_NETWORK_LINK_SYSCTL_H

#include "runtime/network/wiring.h"

/* Whether the firewall sees what one bridge alone carries (br_netfilter). */
bool link_sysctl_is_bridged(void);

/*
 * Have the host forward between links, take no router's advertisements from
 * BRIDGE, and reach containers from 127.0.0.1 through it.
 */
int link_sysctl_bridge(const struct wiring_bridge *bridge,
		       struct error *err) must_check;

/*
 * Refuse router advertisements on END's inner link, and all of IPv6 where the
 * container has no IPv6 address.
 */
int link_sysctl_inner(const struct wiring_end *end,
		      struct error *err) must_check;

/* Have this namespace forward, and let answers of relays come back. */
int link_sysctl_share(struct error *err) must_check;

#endif
