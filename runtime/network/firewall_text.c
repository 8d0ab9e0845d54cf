/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, sets and elements as text. */
#include "runtime/network/firewall_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * inet imgctl: where published ports lead, what leaves with the host's
 * address, and who may speak with whom. What comes from a bridge is
 *  - shield: never for the host's loopback, which route_localnet opened;
 *    what others send there leads to no container either;
 *  - forward: free on its own bridge (unless that is mute), free to the world
 *    (unless that is internal), never for another bridge. What goes to one is
 *    an answer, or something published.
 * Who comes to its own bridge by a published port is hidden where the answer
 * would not pass here otherwise: a container that reaches itself, and, when
 * what one bridge carries is not routed through the firewall (br_netfilter; if
 * it is, such packets have no iifname any more), another of its network. What
 * the host sends to its own ::1 cannot leave it: a relay takes it.
 */
static const char inet_table[] =
	"add table inet imgctl\n"
	"delete table inet imgctl\n"
	"table inet imgctl {\n"
	" set bridges { type ifname; }\n"
	" set internal { type ifname; }\n"
	" set plain { type ifname; }\n"
	" set mute { type ifname; }\n"
	" set same { type ifname . ifname; }\n"
	" map ports4 { type inet_proto . ipv4_addr . inet_service :"
	" ipv4_addr . inet_service; }\n"
	" map any4 { type inet_proto . inet_service :"
	" ipv4_addr . inet_service; }\n"
	" map ports6 { type inet_proto . ipv6_addr . inet_service :"
	" ipv6_addr . inet_service; }\n"
	" map any6 { type inet_proto . inet_service :"
	" ipv6_addr . inet_service; }\n"
	" set self4 { type ipv4_addr . ipv4_addr; }\n"
	" set self6 { type ipv6_addr . ipv6_addr; }\n"
	" chain publish {\n"
	"  dnat ip to meta l4proto . ip daddr . th dport map @ports4\n"
	"  dnat ip to meta l4proto . th dport map @any4\n"
	"  dnat ip6 to meta l4proto . ip6 daddr . th dport map @ports6\n"
	"  dnat ip6 to meta l4proto . th dport map @any6\n"
	" }\n"
	" chain prerouting {\n"
	"  type nat hook prerouting priority dstnat; policy accept;\n"
	"  ip daddr 127.0.0.0/8 return\n"
	"  fib daddr type local jump publish\n"
	" }\n"
	" chain output {\n"
	"  type nat hook output priority -100; policy accept;\n"
	"  ip6 daddr ::1 return\n"
	"  fib daddr type local jump publish\n"
	" }\n"
	" chain postrouting {\n"
	"  type nat hook postrouting priority srcnat; policy accept;\n"
	"  ct status dnat ip saddr . ip daddr @self4 masquerade\n"
	"  ct status dnat ip6 saddr . ip6 daddr @self6 masquerade\n"
	"  ct status dnat iifname . oifname @same masquerade\n"
	"  iifname @bridges iifname != @plain oifname != @bridges masquerade\n"
	"  ip saddr 127.0.0.0/8 oifname @bridges masquerade\n"
	" }\n"
	" chain forward {\n"
	"  type filter hook forward priority filter; policy accept;\n"
	"  iifname != @bridges oifname != @bridges accept\n"
	"  ct state established,related accept\n"
	"  oifname @bridges oifname != @internal ct status dnat accept\n"
	"  iifname . oifname @same iifname != @mute accept\n"
	"  oifname @bridges drop\n"
	"  iifname @internal drop\n"
	" }\n"
	" chain shield {\n"
	"  type filter hook prerouting priority raw; policy accept;\n"
	"  iifname @bridges ip daddr 127.0.0.0/8 drop\n"
	" }\n"
	"}\n";

/*
 * bridge imgctl: containers speak for themselves only, and are no routers. A
 * tagged frame would pass for something else here, and with VLAN 0 its receiver
 * takes it as if it had no tag. What tells others where an address is (ARP,
 * neighbour advertisements, and solicitations, which tell it by the way) is
 * checked for all; whose frames and packets they say they are, for those that
 * may not set up their network (bound): others may forward what is not theirs.
 */
static const char bridge_table[] =
	"add table bridge imgctl\n"
	"delete table bridge imgctl\n"
	"table bridge imgctl {\n"
	" set ends { type ifname; }\n"
	" set bound { type ifname; }\n"
	" set macs { type ifname . ether_addr; }\n"
	" set leases4 { type ifname . ipv4_addr; }\n"
	" set leases6 { type ifname . ipv6_addr; }\n"
	" set targets6 { typeof iifname . @th,64,128; }\n"
	" chain prerouting {\n"
	"  type filter hook prerouting priority -300; policy accept;\n"
	"  iifname @ends ether type { 0x8100, 0x88a8 } drop\n"
	"  iifname @ends ether type arp iifname . arp saddr ip != @leases4"
	" drop\n"
	"  iifname @ends icmpv6 type nd-router-advert drop\n"
	"  iifname @ends icmpv6 type nd-neighbor-advert"
	" iifname . @th,64,128 != @targets6 drop\n"
	"  iifname @ends icmpv6 type nd-neighbor-solicit ip6 saddr != ::"
	" iifname . ip6 saddr != @leases6 drop\n"
	"  iifname @bound iifname . ether saddr != @macs drop\n"
	"  iifname @bound ether type ip iifname . ip saddr != @leases4 drop\n"
	"  iifname @bound ether type ip6 ip6 saddr != ::"
	" iifname . ip6 saddr != @leases6 drop\n"
	" }\n"
	"}\n";

/*
 * inet imgctl_relay: what a relay sends with its client's address bears a mark,
 * and what answers it gets another, by which it is routed to the relay.
 */
static const char relay_table[] =
	"add table inet imgctl_relay\n"
	"delete table inet imgctl_relay\n"
	"table inet imgctl_relay {\n"
	" chain output {\n"
	"  type filter hook output priority mangle; policy accept;\n"
	"  meta mark %d ct mark set %d\n"
	" }\n"
	" chain prerouting {\n"
	"  type filter hook prerouting priority mangle; policy accept;\n"
	"  ct direction reply ct mark %d meta mark set ct mark\n"
	" }\n"
	"}\n";

void firewall_text_relay(int sent, int answered, struct strbuf *out)
{
	strbuf_addf(out, relay_table, sent, answered, answered);
}

void firewall_text_tables(struct strbuf *out)
{
	strbuf_addstr(out, inet_table);
	strbuf_addstr(out, bridge_table);
}

void firewall_text_ask(const struct wiring_bridge *bridge, struct strbuf *out)
{
	strbuf_addf(out, "get element inet imgctl bridges { \"%s\" }\n",
		    bridge->name);
}

static void element(struct strbuf *out, const char *verb, const char *set,
		    const char *name)
{
	strbuf_addf(out, "%s element inet imgctl %s { \"%s\" }\n", verb, set,
		    name);
}

void firewall_text_add_bridge(const struct wiring_bridge *bridge,
			      struct strbuf *out)
{
	const char *name = bridge->name;

	element(out, "add", "bridges", name);
	strbuf_addf(out, "add element inet imgctl same { \"%s\" . \"%s\" }\n",
		    name, name);
	if (bridge->is_internal)
		element(out, "add", "internal", name);
	if (bridge->has_no_masquerade)
		element(out, "add", "plain", name);
	if (bridge->has_no_talk)
		element(out, "add", "mute", name);
}

void firewall_text_drop_bridge(const struct wiring_bridge *bridge,
			       struct strbuf *out)
{
	const char *name = bridge->name;

	/* added first, so that what is not there is no failure */
	firewall_text_add_bridge(bridge, out);
	element(out, "delete", "bridges", name);
	strbuf_addf(out,
		    "delete element inet imgctl same { \"%s\" . \"%s\" }\n",
		    name, name);
	if (bridge->is_internal)
		element(out, "delete", "internal", name);
	if (bridge->has_no_masquerade)
		element(out, "delete", "plain", name);
	if (bridge->has_no_talk)
		element(out, "delete", "mute", name);
}

static void end_element(const struct wiring_end *end, const char *verb,
			const char *set, const char *value, struct strbuf *out)
{
	strbuf_addf(out, "%s element bridge imgctl %s { \"%s\"%s%s }\n", verb,
		    set, end->outer, *value ? " . " : "", value);
}

/* ADDRESS may be spoken from, and said to be there. */
static void ipv6_elements(const struct wiring_end *end, const char *verb,
			  const struct ip_address *address, struct strbuf *out)
{
	char text[IP_TEXT_MAX];
	char digits[2 + 2 * IP_BYTES_MAX + 1] = "0x";

	ip_address_format(address, text);
	end_element(end, verb, "leases6", text, out);
	for (size_t i = 0; i < IP_BYTES_MAX; i++)
		(void)snprintf(digits + 2 + 2 * i, 3, "%02x",
			       (unsigned)address->bytes[i]);
	end_element(end, verb, "targets6", digits, out);
}

/* The one that the kernel makes of the MAC address (RFC 4291, appendix A). */
static struct ip_address link_local(const struct wiring_end *end)
{
	struct ip_address out = { IP_V6, { 0xfe, 0x80, [11] = 0xff, 0xfe } };

	for (size_t i = 0; i < 6; i++)
		out.bytes[i < 3 ? 8 + i : 10 + i] =
			(uint8_t)strtoul(end->mac + 3 * i, NULL, 16);
	out.bytes[8] ^= 2;
	return out;
}

static void end_elements(const struct wiring_end *end, const char *verb,
			 struct strbuf *out)
{
	char text[IP_TEXT_MAX];

	end_element(end, verb, "ends", "", out);
	end_element(end, verb, "macs", end->mac, out);
	if (!end->is_router)
		end_element(end, verb, "bound", "", out);
	if (end->ipv4.address.family != IP_NONE) {
		ip_address_format(&end->ipv4.address, text);
		end_element(end, verb, "leases4", text, out);
	}
	if (end->ipv6.address.family != IP_NONE) {
		struct ip_address own = link_local(end);

		ipv6_elements(end, verb, &end->ipv6.address, out);
		ipv6_elements(end, verb, &own, out);
	}
}

void firewall_text_add_end(const struct wiring_end *end, struct strbuf *out)
{
	if (end->driver == NETWORK_BRIDGE)
		end_elements(end, "add", out);
}

void firewall_text_drop_end(const struct wiring_end *end, struct strbuf *out)
{
	if (end->driver != NETWORK_BRIDGE)
		return;
	end_elements(end, "add", out);
	end_elements(end, "delete", out);
}

static void port_element(const struct wiring_port *port, const char *verb,
			 struct strbuf *out)
{
	bool is_any = port->host.family == IP_NONE ||
		      ip_address_is_any(&port->host);
	char host[IP_TEXT_MAX] = "";
	char to[IP_TEXT_MAX];

	ip_address_format(&port->to, to);
	if (!is_any)
		ip_address_format(&port->host, host);
	strbuf_addf(out,
		    "%s element inet imgctl %s%d { %s . %s%s%u : %s . %u }\n",
		    verb, is_any ? "any" : "ports", (int)port->to.family,
		    port->protocol, host, is_any ? "" : " . ",
		    (unsigned)port->host_port, to, (unsigned)port->port);
}

static void self_element(const struct wiring_port *port, const char *verb,
			 struct strbuf *out)
{
	char to[IP_TEXT_MAX];

	ip_address_format(&port->to, to);
	strbuf_addf(out, "%s element inet imgctl self%d { %s . %s }\n", verb,
		    (int)port->to.family, to, to);
}

void firewall_text_add_port(const struct wiring_port *port, struct strbuf *out)
{
	port_element(port, "add", out);
	self_element(port, "add", out);
}

void firewall_text_drop_port(const struct wiring_port *port, struct strbuf *out)
{
	firewall_text_add_port(port, out);
	port_element(port, "delete", out);
	self_element(port, "delete", out);
}
