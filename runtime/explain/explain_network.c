/* SPDX-License-Identifier: Apache-2.0 */
/* Links, addresses, routes and rules as commands. */
#include "runtime/explain/explain_network.h"

#include <stdio.h>
#include <string.h>

#include "runtime/explain/explain_text.h"
#include "runtime/network/firewall_text.h"
#include "runtime/network/link_sysctl.h"

/* Sets a parameter of the kernel that there is, and that is another. */
static const char setting_function[] =
	"setting() {\n"
	"\t[ ! -e \"/proc/sys/net/$1\" ] || "
	"[ \"$(cat \"/proc/sys/net/$1\")\" = \"$2\" ] || "
	"echo \"$2\" >\"/proc/sys/net/$1\"\n"
	"}\n";

bool explain_network_is_asked(const struct explain *explain)
{
	return explain->wiring->end_count || explain->pasta;
}

static void add_reason(const char *reason, struct strbuf *out)
{
	strbuf_addf(out, "\n\t# %s\n", reason);
}

static void add_words(struct strbuf *out, const char *before, const char *word,
		      const char *after)
{
	strbuf_addstr(out, before);
	explain_add_word(word, out);
	strbuf_addstr(out, after);
}

static void add_setting(struct strbuf *out, const char *indent,
			const char *family, const char *link, const char *key,
			const char *value)
{
	strbuf_addf(out, "%ssetting %s/conf/%s/%s %s\n", indent, family, link,
		    key, value);
}

static void add_address(struct strbuf *out, const char *indent,
			const char *link, const struct ip_prefix *prefix)
{
	char text[IP_TEXT_MAX];

	if (prefix->address.family == IP_NONE)
		return;
	ip_address_format(&prefix->address, text);
	strbuf_addf(out, "%sip addr add %s/%u %sdev %s\n", indent, text,
		    prefix->bits,
		    prefix->address.family == IP_V6 ? "nodad " : "brd + ",
		    link);
}

static void add_mtu(struct strbuf *out, unsigned mtu)
{
	if (mtu)
		strbuf_addf(out, " mtu %u", mtu);
}

/* A MAC address of its own, or it would change with what joins the bridge. */
static void add_bridge_mac(struct strbuf *out,
			   const struct wiring_bridge *bridge)
{
	const struct ip_address *own = bridge->ipv4.address.family == IP_V4
					       ? &bridge->ipv4.address
					       : &bridge->ipv6.address;
	const uint8_t *bytes = own->bytes + (own->family == IP_V6 ? 12 : 0);

	if (own->family != IP_NONE)
		strbuf_addf(out, " address 02:42:%02x:%02x:%02x:%02x",
			    (unsigned)bytes[0], (unsigned)bytes[1],
			    (unsigned)bytes[2], (unsigned)bytes[3]);
}

static void add_bridge(const struct wiring_bridge *bridge, struct strbuf *out)
{
	const char *name = bridge->name;
	bool has_ipv6 = bridge->ipv6.address.family != IP_NONE;

	add_reason("The network's bridge, if it is the first container's: the "
		   "host's own address on it is their\n\t# gateway, and the "
		   "host forwards what comes from there.",
		   out);
	strbuf_addf(out, "\tif ! ip link show dev %s >/dev/null 2>&1; then\n",
		    name);
	strbuf_addf(out, "\t\tip link add name %s", name);
	add_bridge_mac(out, bridge);
	add_mtu(out, bridge->mtu);
	strbuf_addstr(out, " type bridge\n\t\tsetting ipv4/ip_forward 1\n");
	add_setting(out, "\t\t", "ipv4", name, "route_localnet", "1");
	add_setting(out, "\t\t", "ipv6", name, "accept_ra", "0");
	if (has_ipv6)
		strbuf_addstr(out, "\t\tsetting ipv6/conf/all/forwarding 1\n");
	else
		add_setting(out, "\t\t", "ipv6", name, "disable_ipv6", "1");
	add_address(out, "\t\t", name, &bridge->ipv4);
	add_address(out, "\t\t", name, &bridge->ipv6);
	strbuf_addf(out, "\t\tip link set %s up\n\t\tMADE=${MADE}%s$LF\n\tfi\n",
		    name, name);
}

static void add_pair(const struct wiring_end *end, struct strbuf *out)
{
	add_reason("A pair of links: one end on the bridge, the other in the "
		   "container.",
		   out);
	strbuf_addf(out, "\tip link add name %s", end->outer);
	add_mtu(out, end->mtu);
	strbuf_addf(out, " master %s type veth peer name %s", end->bridge,
		    end->inner);
	add_mtu(out, end->mtu);
	strbuf_addf(out, " address %s netns \"$pid\"\n\tip link set %s up\n",
		    end->mac, end->outer);
}

/* The parent that a network without one has, and one of a VLAN. */
static void add_parent(const char *parent, struct strbuf *out)
{
	char base[NETWORK_LINK_MAX];
	uint16_t vlan;
	bool is_vlan = network_split_vlan(parent, base, &vlan);

	if (!is_vlan && strncmp(parent, "dm-", 3) != 0)
		return;
	add_words(out, "\tif ! ip link show dev ", parent,
		  " >/dev/null 2>&1; then\n");
	if (is_vlan) {
		add_words(out, "\t\tip link add link ", base, "");
		add_words(out, " name ", parent, "");
		strbuf_addf(out, " type vlan id %u\n", (unsigned)vlan);
	} else {
		add_words(out, "\t\tip link add name ", parent,
			  " type dummy 2>/dev/null ");
		add_words(out, "|| ip link add name ", parent,
			  " type bridge\n");
	}
	add_words(out, "\t\tip link set ", parent, " up\n\tfi\n");
}

static void add_child(const struct wiring_end *end, struct strbuf *out)
{
	bool is_macvlan = end->driver == NETWORK_MACVLAN;
	const char *mode = *end->mode	? end->mode
			   : is_macvlan ? "bridge"
					: "l2";

	add_reason("A link of the host's link, made in the container.", out);
	add_parent(end->parent, out);
	add_words(out, "\tip link add link ", end->parent, "");
	strbuf_addf(out, " name %s netns \"$pid\"", end->inner);
	add_mtu(out, end->mtu);
	if (is_macvlan)
		strbuf_addf(out, " address %s", end->mac);
	strbuf_addf(out, " type %s mode %s\n",
		    is_macvlan ? "macvlan" : "ipvlan", mode);
}

static void add_hairpin(const struct explain *explain, struct strbuf *out)
{
	const struct wiring_end *end = explain->wiring->ends;

	if (!explain->wiring->port_count || end->driver != NETWORK_BRIDGE ||
	    !link_sysctl_is_bridged())
		return;
	add_reason("What it sends to a port of its own has to come back by "
		   "the link it left.",
		   out);
	strbuf_addf(out, "\tbridge link set dev %s hairpin on\n", end->outer);
}

static void add_route(const struct ip_address *gateway, const char *link,
		      struct strbuf *out)
{
	char text[IP_TEXT_MAX];

	if (gateway->family == IP_NONE)
		return;
	ip_address_format(gateway, text);
	strbuf_addf(out, "ip route add default via %s dev %s\n", text, link);
}

static void add_inner(const struct wiring_end *end, struct strbuf *out)
{
	bool has_ipv6 = end->ipv6.address.family != IP_NONE;
	const char *name = end->inner;

	add_setting(out, "", "ipv6", name, "disable_ipv6",
		    has_ipv6 ? "0" : "1");
	if (has_ipv6) {
		add_setting(out, "", "ipv6", name, "autoconf", "0");
		add_setting(out, "", "ipv6", name, "addr_gen_mode", "0");
		add_setting(out, "", "ipv6", name, "accept_ra", "0");
	}
	add_address(out, "", name, &end->ipv4);
	add_address(out, "", name, &end->ipv6);
	strbuf_addf(out, "ip link set %s up\n", name);
	add_route(&end->gateway4, name, out);
	add_route(&end->gateway6, name, out);
}

static void add_inside(const struct wiring *wiring, struct strbuf *out)
{
	add_reason("In the container's network: the addresses that were free "
		   "when this was written, and its way out.",
		   out);
	strbuf_addstr(out, "\tnsenter --target \"$pid\" --net \"$SH\" -euf "
			   "<<'END'\n");
	strbuf_addstr(out, setting_function);
	for (size_t i = 0; i < wiring->end_count; i++)
		add_inner(&wiring->ends[i], out);
	strbuf_addstr(out, "END\n");
}

static void add_rules(const struct wiring *wiring, struct strbuf *out)
{
	if (!wiring->bridge_count)
		return;
	add_reason("The firewall's tables, if they are not there: their rules "
		   "never change, bridges, leases and\n\t# ports are elements "
		   "of their sets. (Where another's rules refuse to forward, a "
		   "run puts one\n\t# of its own at their head.)",
		   out);
	strbuf_addstr(out, "\tnft list table inet imgctl >/dev/null 2>&1 || "
			   "nft -f - <<'END'\n");
	firewall_text_tables(out);
	strbuf_addstr(out, "END\n");
	add_reason("What may be sent from where, and where published ports "
		   "lead.",
		   out);
	strbuf_addstr(out, "\tnft -f - <<'END'\n");
	for (size_t i = 0; i < wiring->bridge_count; i++)
		firewall_text_add_bridge(&wiring->bridges[i], out);
	for (size_t i = 0; i < wiring->end_count; i++)
		firewall_text_add_end(&wiring->ends[i], out);
	for (size_t i = 0; i < wiring->port_count; i++)
		firewall_text_add_port(&wiring->ports[i], out);
	strbuf_addstr(out, "END\n");
}

/* A bridge that was made here, for a store that may not know it. */
static void add_unmake(const struct wiring_bridge *bridge, struct strbuf *out)
{
	strbuf_addf(out,
		    "\tcase $MADE in\n\t*%s*)\n"
		    "\t\tif [ -z \"$(ip -o link show master %s)\" ]; then\n"
		    "\t\t\tip link delete %s\n"
		    "\t\t\tnft -f - 2>/dev/null <<'END'\n",
		    bridge->name, bridge->name, bridge->name);
	firewall_text_drop_bridge(bridge, out);
	strbuf_addstr(out, "END\n\t\tfi\n\t\t;;\n\tesac\n");
}

static void add_unlay(const struct wiring *wiring, struct strbuf *out)
{
	strbuf_addstr(out, "unlay() {\n\tnft -f - 2>/dev/null <<'END'\n");
	for (size_t i = 0; i < wiring->port_count; i++)
		firewall_text_drop_port(&wiring->ports[i], out);
	for (size_t i = 0; i < wiring->end_count; i++)
		firewall_text_drop_end(&wiring->ends[i], out);
	strbuf_addstr(out, "END\n");
	for (size_t i = 0; i < wiring->end_count; i++)
		if (wiring->ends[i].driver == NETWORK_BRIDGE)
			strbuf_addf(out, "\tip link delete %s 2>/dev/null\n",
				    wiring->ends[i].outer);
	for (size_t i = 0; i < wiring->bridge_count; i++)
		add_unmake(&wiring->bridges[i], out);
	strbuf_addstr(out, "}\n");
}

static void add_pasta(const struct strvec *words, struct strbuf *out)
{
	add_reason("pasta carries what is sent in the container's network, "
		   "and ends with that.",
		   out);
	strbuf_addstr(out, "\tpasta --config-net --quiet --no-map-gw --tcp-ns "
			   "none --udp-ns none --ns-ifname eth0 --netns-only "
			   "--netns \"/proc/$pid/ns/net\"");
	for (size_t i = 0; i < words->count; i++)
		add_words(out, " ", words->items[i], "");
	strbuf_addch(out, '\n');
}

void explain_network_functions(const struct explain *explain,
			       struct strbuf *out)
{
	const struct wiring *wiring = explain->wiring;

	if (!explain_network_is_asked(explain))
		return;
	strbuf_addstr(out, "\n# Links the container to its network, and takes "
			   "its own part of that away again.\n");
	strbuf_addstr(out, setting_function);
	strbuf_addstr(out, "lay() {\n\tpid=$1 LAID=$1\n");
	for (size_t i = 0; i < wiring->bridge_count; i++)
		add_bridge(&wiring->bridges[i], out);
	add_rules(wiring, out);
	for (size_t i = 0; i < wiring->end_count; i++) {
		if (wiring->ends[i].driver == NETWORK_BRIDGE)
			add_pair(&wiring->ends[i], out);
		else
			add_child(&wiring->ends[i], out);
	}
	if (wiring->end_count) {
		add_hairpin(explain, out);
		add_inside(wiring, out);
	}
	if (explain->pasta)
		add_pasta(explain->pasta, out);
	strbuf_addstr(out, "}\n");
	add_unlay(wiring, out);
}
