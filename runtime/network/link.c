/* SPDX-License-Identifier: Apache-2.0 */
/* One netlink request after another; errors of libnl become ours here. */
#include "runtime/network/link.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/ipvlan.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "runtime/network/link_sysctl.h"
#include "runtime/network/link_vlan.h"

enum { RAISE_PAUSE_MS = 20, RAISE_TRIES = 250 };

DEFINE_CLEANUP_PTR(struct rtnl_link, rtnl_link_put)
DEFINE_CLEANUP_PTR(struct rtnl_addr, rtnl_addr_put)
DEFINE_CLEANUP_PTR(struct rtnl_route, rtnl_route_put)
DEFINE_CLEANUP_PTR(struct nl_addr, nl_addr_put)

/* libnl's negative CODE as an errno. */
static int errno_of(int code)
{
	switch (-code) {
	case NLE_EXIST:
		return EEXIST;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return ENODEV;
	case NLE_PERM:
	case NLE_NOACCESS:
		return EPERM;
	case NLE_BUSY:
		return EBUSY;
	case NLE_OPNOTSUPP:
		return EOPNOTSUPP;
	case NLE_NOADDR:
		return EADDRNOTAVAIL;
	case NLE_NOMEM:
		return ENOMEM;
	case NLE_RANGE:
		return ERANGE;
	default:
		return EINVAL;
	}
}

static int fail(int code, struct error *err, const char *what, const char *name)
{
	return error_sys(err, errno_of(code), "%s %s", what, name);
}

/* NULL when there is none. */
static struct rtnl_link *find(struct link_line *line, const char *name)
{
	struct rtnl_link *link = NULL;

	return rtnl_link_get_kernel(line->socket, 0, name, &link) < 0 ? NULL
								      : link;
}

static int link_index(struct link_line *line, const char *name)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line, name);

	return link ? rtnl_link_get_ifindex(link) : 0;
}

/* ---- addresses */

static struct nl_addr *build_address(const struct ip_address *address,
				     unsigned bits)
{
	int family = address->family == IP_V4 ? AF_INET : AF_INET6;
	struct nl_addr *out = nl_addr_build(
		family, address->bytes, ip_family_bits(address->family) / 8);

	if (out)
		nl_addr_set_prefixlen(out, (int)bits);
	return out;
}

/* An IPv6 address is used at once: leases see to it that nobody else has it. */
static int add_address(struct link_line *line, int index, const char *name,
		       const struct ip_prefix *prefix, struct error *err)
{
	autoclean(rtnl_addr_put) struct rtnl_addr *addr = rtnl_addr_alloc();
	autoclean(nl_addr_put) struct nl_addr *local = NULL;
	int code;

	if (prefix->address.family == IP_NONE)
		return 0;
	local = build_address(&prefix->address, prefix->bits);
	if (!addr || !local)
		return error_sys(err, ENOMEM, "address of %s", name);
	rtnl_addr_set_ifindex(addr, index);
	(void)rtnl_addr_set_local(addr, local);
	if (prefix->address.family == IP_V6) {
		rtnl_addr_set_flags(addr, IFA_F_NODAD);
	} else {
		struct ip_address last = ip_prefix_last(prefix);
		autoclean(nl_addr_put) struct nl_addr *broadcast =
			build_address(&last, 32);

		(void)rtnl_addr_set_broadcast(addr, broadcast);
	}
	code = rtnl_addr_add(line->socket, addr, NLM_F_CREATE | NLM_F_REPLACE);
	return code < 0 ? fail(code, err, "set the address of", name) : 0;
}

static int add_route(struct link_line *line, int index,
		     const struct ip_address *gateway, struct error *err)
{
	autoclean(rtnl_route_put) struct rtnl_route *route = NULL;
	autoclean(nl_addr_put) struct nl_addr *to = NULL;
	autoclean(nl_addr_put) struct nl_addr *via = NULL;
	static const struct ip_address zero4 = { IP_V4, { 0 } };
	static const struct ip_address zero6 = { IP_V6, { 0 } };
	struct rtnl_nexthop *hop;
	char text[IP_TEXT_MAX];
	int code;

	if (gateway->family == IP_NONE)
		return 0;
	ip_address_format(gateway, text);
	route = rtnl_route_alloc();
	to = build_address(gateway->family == IP_V4 ? &zero4 : &zero6, 0);
	via = build_address(gateway, ip_family_bits(gateway->family));
	hop = rtnl_route_nh_alloc();
	if (!route || !to || !via || !hop)
		return error_sys(err, ENOMEM, "route to %s", text);
	(void)rtnl_route_set_dst(route, to);
	rtnl_route_nh_set_ifindex(hop, index);
	rtnl_route_nh_set_gateway(hop, via);
	rtnl_route_add_nexthop(route, hop); /* the route's by now */
	code = rtnl_route_add(line->socket, route, NLM_F_CREATE | NLM_F_EXCL);
	return code < 0 ? fail(code, err, "set the default route by", text) : 0;
}

/* ---- links */

static int raise_link(struct link_line *line, struct rtnl_link *link,
		      const char *name, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *change = rtnl_link_alloc();
	int code;

	if (!change)
		return error_sys(err, ENOMEM, "raise %s", name);
	rtnl_link_set_flags(change, IFF_UP);
	code = rtnl_link_change(line->socket, link, change, 0);
	return code < 0 ? fail(code, err, "raise", name) : 0;
}

static int set_mac(struct rtnl_link *link, const char *mac)
{
	autoclean(nl_addr_put) struct nl_addr *address = NULL;

	if (nl_addr_parse(mac, AF_LLC, &address) < 0)
		return -1;
	rtnl_link_set_addr(link, address);
	return 0;
}

/* One of its own, or it would change with what joins the bridge. */
static int set_bridge_mac(struct rtnl_link *link,
			  const struct wiring_bridge *bridge)
{
	const struct ip_address *own = bridge->ipv4.address.family == IP_V4
					       ? &bridge->ipv4.address
					       : &bridge->ipv6.address;
	const uint8_t *bytes = own->bytes + (own->family == IP_V6 ? 12 : 0);
	char mac[NETWORK_MAC_TEXT];

	if (own->family == IP_NONE)
		return 0;
	(void)snprintf(mac, sizeof(mac), "02:42:%02x:%02x:%02x:%02x", bytes[0],
		       bytes[1], bytes[2], bytes[3]);
	return set_mac(link, mac);
}

static int make_bridge(struct link_line *line,
		       const struct wiring_bridge *bridge, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *link =
		rtnl_link_bridge_alloc();
	int code;

	if (!link)
		return error_sys(err, ENOMEM, "bridge %s", bridge->name);
	rtnl_link_set_name(link, bridge->name);
	if (set_bridge_mac(link, bridge) < 0)
		return error_set(err, ERROR_INVALID, "address of bridge %s",
				 bridge->name);
	if (bridge->mtu)
		rtnl_link_set_mtu(link, bridge->mtu);
	rtnl_link_set_flags(link, IFF_UP);
	code = rtnl_link_add(line->socket, link, NLM_F_CREATE | NLM_F_EXCL);
	/* another start may be faster */
	if (code < 0 && code != -NLE_EXIST)
		return fail(code, err, "make bridge", bridge->name);
	return 0;
}

static int check_kind(struct rtnl_link *link, const char *name,
		      struct error *err)
{
	const char *kind = rtnl_link_get_type(link);

	if (kind && !strcmp(kind, "bridge"))
		return 0;
	return error_set(err, ERROR_EXISTS,
			 "network link %s is there already, and is no bridge",
			 name);
}

int link_ensure_bridge(struct link_line *line,
		       const struct wiring_bridge *bridge, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line,
							       bridge->name);
	int index;

	if (!link) {
		if (make_bridge(line, bridge, err) < 0)
			return -1;
		link = find(line, bridge->name);
		if (!link)
			return error_sys(err, ENODEV, "bridge %s",
					 bridge->name);
	} else if (rtnl_link_get_flags(link) & IFF_UP) {
		return check_kind(link, bridge->name, err);
	}
	if (check_kind(link, bridge->name, err) < 0)
		return -1;
	index = rtnl_link_get_ifindex(link);
	if (link_sysctl_bridge(bridge, err) < 0 ||
	    add_address(line, index, bridge->name, &bridge->ipv4, err) < 0 ||
	    add_address(line, index, bridge->name, &bridge->ipv6, err) < 0)
		return -1;
	return raise_link(line, link, bridge->name, err);
}

static int make_pair(struct link_line *line, const struct wiring_end *end,
		     int namespace_fd, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *outer =
		rtnl_link_veth_alloc();
	autoclean(rtnl_link_put) struct rtnl_link *inner =
		outer ? rtnl_link_veth_get_peer(outer) : NULL;
	int bridge = link_index(line, end->bridge);
	int code;

	if (!outer || !inner)
		return error_sys(err, ENOMEM, "links of %s", end->inner);
	rtnl_link_set_name(outer, end->outer);
	rtnl_link_set_name(inner, end->inner);
	rtnl_link_set_ns_fd(inner, namespace_fd);
	rtnl_link_set_master(outer, bridge);
	rtnl_link_set_flags(outer, IFF_UP);
	if (end->mtu) {
		rtnl_link_set_mtu(outer, end->mtu);
		rtnl_link_set_mtu(inner, end->mtu);
	}
	if (set_mac(inner, end->mac) < 0)
		return error_set(err, ERROR_INVALID, "MAC address %s",
				 end->mac);
	code = rtnl_link_add(line->socket, outer, NLM_F_CREATE | NLM_F_EXCL);
	/* of the container's last life, whose namespace is still being ended */
	if (code == -NLE_EXIST) {
		if (link_remove(line, end->outer, err) < 0)
			return -1;
		code = rtnl_link_add(line->socket, outer,
				     NLM_F_CREATE | NLM_F_EXCL);
	}
	return code < 0 ? fail(code, err, "make the link", end->outer) : 0;
}

/* KIND of link NAME, which leads nowhere. */
static int make_nowhere(struct link_line *line, const char *name,
			const char *kind)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = rtnl_link_alloc();

	if (!link || rtnl_link_set_type(link, kind) < 0)
		return -NLE_NOMEM;
	rtnl_link_set_name(link, name);
	rtnl_link_set_flags(link, IFF_UP);
	return rtnl_link_add(line->socket, link, NLM_F_CREATE | NLM_F_EXCL);
}

/* An internal network without a parent gets a link that leads nowhere. */
static int find_parent(struct link_line *line, const struct wiring_end *end,
		       struct error *err)
{
	int index = link_index(line, end->parent);
	char base[NETWORK_LINK_MAX];
	uint16_t vlan;
	int code;

	if (index)
		return index;
	if (network_split_vlan(end->parent, base, &vlan)) {
		if (link_vlan_make(line, end->parent, base, vlan, err) < 0)
			return -1;
		return link_index(line, end->parent);
	}
	if (strncmp(end->parent, "dm-", 3) != 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "network link %s is not there", end->parent);
	code = make_nowhere(line, end->parent, "dummy");
	/* a bridge that nothing joins does as well */
	if (code == -NLE_OPNOTSUPP)
		code = make_nowhere(line, end->parent, "bridge");
	if (code < 0 && code != -NLE_EXIST)
		return fail(code, err, "make the link", end->parent);
	return link_index(line, end->parent);
}

static int set_mode(struct rtnl_link *link, const struct wiring_end *end)
{
	if (end->driver == NETWORK_MACVLAN)
		return rtnl_link_macvlan_set_mode(
			link, (uint32_t)rtnl_link_macvlan_str2mode(
				      *end->mode ? end->mode : "bridge"));
	return rtnl_link_ipvlan_set_mode(
		link, (uint16_t)rtnl_link_ipvlan_str2mode(*end->mode ? end->mode
								     : "l2"));
}

/* A link of the parent's, made in the container's namespace. */
static int make_child(struct link_line *line, const struct wiring_end *end,
		      int namespace_fd, struct error *err)
{
	bool is_macvlan = end->driver == NETWORK_MACVLAN;
	autoclean(rtnl_link_put) struct rtnl_link *link =
		is_macvlan ? rtnl_link_macvlan_alloc()
			   : rtnl_link_ipvlan_alloc();
	int parent = find_parent(line, end, err);
	int code;

	if (parent < 0)
		return -1;
	if (!link)
		return error_sys(err, ENOMEM, "link %s", end->inner);
	rtnl_link_set_name(link, end->inner);
	rtnl_link_set_link(link, parent);
	rtnl_link_set_ns_fd(link, namespace_fd);
	if (end->mtu)
		rtnl_link_set_mtu(link, end->mtu);
	if (set_mode(link, end) < 0)
		return error_set(err, ERROR_INVALID, "mode %s of %s", end->mode,
				 end->inner);
	/* all of an ipvlan share the parent's address */
	if (is_macvlan && set_mac(link, end->mac) < 0)
		return error_set(err, ERROR_INVALID, "MAC address %s",
				 end->mac);
	code = rtnl_link_add(line->socket, link, NLM_F_CREATE | NLM_F_EXCL);
	return code < 0 ? fail(code, err, "make a link of", end->parent) : 0;
}

/*
 * Where the firewall sees what a bridge carries, a packet of a container that
 * it led back to it has to leave by the port it came from.
 */
int link_allow_hairpin(struct link_line *line, const struct wiring_end *end,
		       struct error *err)
{
	struct ifinfomsg header = { .ifi_family = AF_BRIDGE };
	struct nl_msg *message;
	struct nlattr *part;
	int code = -NLE_NOMEM;

	if (end->driver != NETWORK_BRIDGE || !link_sysctl_is_bridged())
		return 0;
	header.ifi_index = link_index(line, end->outer);
	message = nlmsg_alloc_simple(RTM_SETLINK, 0);
	if (message &&
	    nlmsg_append(message, &header, sizeof(header), NLMSG_ALIGNTO) ==
		    0 &&
	    (part = nla_nest_start(message, IFLA_PROTINFO | NLA_F_NESTED)) &&
	    nla_put_u8(message, IFLA_BRPORT_MODE, 1) == 0) {
		(void)nla_nest_end(message, part);
		/* which frees the message */
		code = nl_send_sync(line->socket, message);
		message = NULL;
	}
	nlmsg_free(message);
	return code < 0 ? fail(code, err, "let packets return to", end->outer)
			: 0;
}

int link_make_end(struct link_line *line, const struct wiring_end *end,
		  int namespace_fd, struct error *err)
{
	return end->driver == NETWORK_BRIDGE
		       ? make_pair(line, end, namespace_fd, err)
		       : make_child(line, end, namespace_fd, err);
}

/*
 * A macvlan's address may still be that of the last life's link: a namespace is
 * taken down a moment after its last process, and nothing tells when.
 */
static int raise_end(struct link_line *line, struct rtnl_link *link,
		     const struct wiring_end *end, struct error *err)
{
	const struct timespec moment = { 0, RAISE_PAUSE_MS * 1000000L };
	int tries = end->driver == NETWORK_MACVLAN ? RAISE_TRIES : 1;

	while (raise_link(line, link, end->inner, err) < 0) {
		if (err->sys != EEXIST || --tries == 0)
			return -1;
		error_release(err);
		(void)nanosleep(&moment, NULL); /* a shorter one is fine */
	}
	return 0;
}

int link_set_up(struct link_line *line, const struct wiring_end *end,
		struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line,
							       end->inner);
	int index;

	if (!link)
		return error_sys(err, ENODEV, "link %s", end->inner);
	index = rtnl_link_get_ifindex(link);
	if (link_sysctl_inner(end, err) < 0 ||
	    add_address(line, index, end->inner, &end->ipv4, err) < 0 ||
	    add_address(line, index, end->inner, &end->ipv6, err) < 0 ||
	    raise_end(line, link, end, err) < 0 ||
	    add_route(line, index, &end->gateway4, err) < 0)
		return -1;
	return add_route(line, index, &end->gateway6, err);
}

int link_raise_loopback(struct link_line *line, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line, "lo");

	if (!link)
		return error_sys(err, ENODEV, "link lo");
	return raise_link(line, link, "lo", err);
}

int link_remove(struct link_line *line, const char *name, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line, name);
	int code;

	if (!link)
		return 0;
	code = rtnl_link_delete(line->socket, link);
	return code < 0 && code != -NLE_NODEV ? fail(code, err, "remove", name)
					      : 0;
}
