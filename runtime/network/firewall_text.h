/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imgctl's rules as nftables writes them. Everything lies in two tables of our
 * own, `inet imgctl` and `bridge imgctl`, whose rules never change: bridges,
 * ports and leases are elements of their sets. Pure.
 */
#ifndef RUNTIME_NETWORK_FIREWALL_TEXT_H
#define RUNTIME_NETWORK_FIREWALL_TEXT_H

#include "base/strbuf.h"
#include "runtime/network/wiring.h"

/* Both tables, empty, in place of whatever is left of them. */
void firewall_text_tables(struct strbuf *out);

/* The table by which what answers the mark SENT gets the mark ANSWERED. */
void firewall_text_relay(int sent, int answered, struct strbuf *out);

/* Whether BRIDGE is known: fails, as a command, when it is not. */
void firewall_text_ask(const struct wiring_bridge *bridge, struct strbuf *out);

/* BRIDGE becomes known. */
void firewall_text_add_bridge(const struct wiring_bridge *bridge,
			      struct strbuf *out);

/* BRIDGE is forgotten. */
void firewall_text_drop_bridge(const struct wiring_bridge *bridge,
			       struct strbuf *out);

/* END may send as its addresses say. Nothing for what is on no bridge. */
void firewall_text_add_end(const struct wiring_end *end, struct strbuf *out);
/* END is forgotten; it need not be known. */
void firewall_text_drop_end(const struct wiring_end *end, struct strbuf *out);

/* PORT leads to its container. Adding one that leads elsewhere fails. */
void firewall_text_add_port(const struct wiring_port *port, struct strbuf *out);
/* PORT is forgotten; it need not be known. */
void firewall_text_drop_port(const struct wiring_port *port,
			     struct strbuf *out);

#endif
