/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, addresses and routes by netlink (libnl-route-3). Only imgctl-network
 * links this; each struct link_line belongs to the network namespace in which
 * it was opened.
 */
#ifndef RUNTIME_NETWORK_LINK_H
#define RUNTIME_NETWORK_LINK_H

#include "runtime/network/link_line.h"
#include "runtime/network/wiring.h"

/*
 * See to it that the bridge is there, up, with its MTU and addresses, and that
 * the host forwards for it. EXISTS when another kind of link has its name.
 */
int link_ensure_bridge(struct link_line *line,
		       const struct wiring_bridge *bridge,
		       struct error *err) must_check;

/*
 * Make END's pair of links: the outer one in this namespace, on its bridge, the
 * inner one in NAMESPACE_FD; or its one link there (macvlan, ipvlan).
 */
int link_make_end(struct link_line *line, const struct wiring_end *end,
		  int namespace_fd, struct error *err) must_check;

/*
 * Let what END's container sends return to it, when it is led back by a
 * published port of its own and the firewall sees what a bridge carries.
 */
int link_allow_hairpin(struct link_line *line, const struct wiring_end *end,
		       struct error *err) must_check;

/*
 * Give END's inner link, which is in LINE's namespace, its addresses, raise it,
 * and set its default routes.
 */
int link_set_up(struct link_line *line, const struct wiring_end *end,
		struct error *err) must_check;

/* Raise the loopback device. */
int link_raise_loopback(struct link_line *line, struct error *err) must_check;

/* Remove the link NAME; none is fine. */
int link_remove(struct link_line *line, const char *name,
		struct error *err) must_check;

#endif
