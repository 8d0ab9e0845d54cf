/* SPDX-License-Identifier: Apache-2.0 */
/* Leases and names. */
#include "runtime/engine/network_join.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "runtime/caps.h"
#include "runtime/engine/container_hosts.h"
#include "runtime/engine/network_event.h"
#include "runtime/engine/network_members.h"
#include "runtime/engine/network_program.h"
#include "runtime/engine/spec_request.h"

enum { SHORT_ID = 12 };

void network_join_bridge(const struct network *network, struct wiring *out)
{
	const struct network_subnet *ipv4 = network_subnet_of(network, IP_V4);
	const struct network_subnet *ipv6 = network_subnet_of(network, IP_V6);
	struct wiring_bridge *bridge;

	if (network->driver != NETWORK_BRIDGE)
		return;
	bridge = wiring_add_bridge(out);
	memcpy(bridge->name, network->link, sizeof(bridge->name));
	bridge->mtu = network->mtu;
	bridge->is_internal = network->is_internal;
	bridge->has_no_masquerade = network->has_no_masquerade;
	bridge->has_no_talk = network->has_no_talk;
	if (ipv4 && ipv4->gateway.family == IP_V4)
		bridge->ipv4 = (struct ip_prefix){ ipv4->gateway,
						   ipv4->subnet.bits };
	if (ipv6 && ipv6->gateway.family == IP_V6)
		bridge->ipv6 = (struct ip_prefix){ ipv6->gateway,
						   ipv6->subnet.bits };
}

static int read_wish(const json_t *settings, struct network_wish *out,
		     struct error *err)
{
	const json_t *config = json_object_get(settings, "IPAMConfig");
	const char *ipv4 = spec_string(config, "IPv4Address");
	const char *ipv6 = spec_string(config, "IPv6Address");
	const char *mac = spec_string(settings, "MacAddress");

	*out = (struct network_wish){ 0 };
	if ((*ipv4 && ip_address_parse(ipv4, &out->ipv4, err) < 0) ||
	    (*ipv6 && ip_address_parse(ipv6, &out->ipv6, err) < 0) ||
	    (*mac && network_mac_parse(mac, out->mac, err) < 0))
		return -1;
	return 0;
}

static void add_name(struct strvec *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return;
	strvec_add(names, name);
}

/* By what names others on a network of the user's know the container. */
static void collect_names(const struct network *network,
			  const struct network_joining *joining,
			  struct strvec *out)
{
	const json_t *aliases = json_object_get(joining->settings, "Aliases");
	autofree char *id = xstrndup(joining->container->id, SHORT_ID);
	const json_t *alias;
	size_t index;

	if (network->is_default)
		return;
	add_name(out, joining->container->name);
	json_array_foreach(aliases, index, alias)
	{
		add_name(out, json_string_value(alias));
	}
	add_name(out, id);
}

/* What a container finds itself under: its host name. */
static void own_names(const struct container *container, struct strvec *out)
{
	const char *host = spec_string(container->config, "Hostname");
	const char *domain = spec_string(container->config, "Domainname");

	if (*host && *domain)
		strvec_addf(out, "%s.%s", host, domain);
	if (*host)
		strvec_add(out, host);
}

static int introduce_one(const struct store *store, const char *to,
			 const struct network_lease *lease,
			 const struct strvec *names, struct error *err)
{
	if (container_hosts_add(store, to, &lease->ipv4, names, err) < 0)
		return -1;
	return container_hosts_add(store, to, &lease->ipv6, names, err);
}

/* The newcomer learns the members' names, they its. */
static int introduce(const struct store *store, const json_t *list,
		     const char *id, const struct network_lease *lease,
		     const struct strvec *names, struct error *err)
{
	const char *other;
	const json_t *member;

	json_object_foreach((json_t *)(uintptr_t)list, other, member)
	{
		autoclean(strvec_release) struct strvec theirs = STRVEC_INIT;
		struct network_lease its;

		if (!strcmp(other, id))
			continue;
		if (jsonx_opt_strings(member, "Names", &theirs, err) < 0 ||
		    network_lease_find(list, other, &its, err) < 0 ||
		    introduce_one(store, id, &its, &theirs, err) < 0 ||
		    introduce_one(store, other, lease, names, err) < 0)
			return -1;
	}
	return 0;
}

/* Who may set up its network may be a router, or hold others within. */
static bool may_route(const struct container *container)
{
	const json_t *host = container->host_config;
	const json_t *name;
	size_t index;
	unsigned capability;

	if (json_is_true(json_object_get(host, "Privileged")))
		return true;
	json_array_foreach(json_object_get(host, "CapAdd"), index, name)
	{
		const char *text = json_string_value(name);

		if (text && (!strcasecmp(text, "ALL") ||
			     (caps_from_name(text, &capability) &&
			      capability == CAP_NET_ADMIN)))
			return true;
	}
	return false;
}

static void add_end(const struct network *network,
		    const struct network_joining *joining,
		    const struct network_lease *lease, struct wiring *out)
{
	const struct network_subnet *ipv4 = network_subnet_of(network, IP_V4);
	const struct network_subnet *ipv6 = network_subnet_of(network, IP_V6);
	bool has_way_out = joining->has_gateway && !network->is_internal;
	struct wiring_end *end = wiring_add_end(out);

	end->driver = network->driver;
	end->mtu = network->mtu;
	end->is_router = may_route(joining->container);
	memcpy(end->bridge, network->link, sizeof(end->bridge));
	memcpy(end->parent, network->parent, sizeof(end->parent));
	memcpy(end->mode, network->mode, sizeof(end->mode));
	memcpy(end->outer, lease->outer, sizeof(end->outer));
	memcpy(end->mac, lease->mac, sizeof(end->mac));
	(void)snprintf(end->inner, sizeof(end->inner), "eth%u",
		       joining->number);
	if (ipv4) {
		end->ipv4 = (struct ip_prefix){ lease->ipv4,
						ipv4->subnet.bits };
		end->gateway4 = has_way_out ? ipv4->gateway : end->gateway4;
	}
	if (ipv6) {
		end->ipv6 = (struct ip_prefix){ lease->ipv6,
						ipv6->subnet.bits };
		end->gateway6 = has_way_out ? ipv6->gateway : end->gateway6;
	}
}

static void add_ports(const struct network_joining *joining,
		      const struct network_lease *lease, struct wiring *out)
{
	const struct ip_address *own[] = { &lease->ipv4, &lease->ipv6 };

	for (size_t i = 0; i < joining->port_count; i++) {
		const struct wiring_port *port = &joining->ports[i];

		for (size_t j = 0; j < 2; j++) {
			struct wiring_port *added;

			if (own[j]->family == IP_NONE ||
			    (port->host.family != IP_NONE &&
			     port->host.family != own[j]->family))
				continue;
			added = wiring_add_port(out);
			*added = *port;
			added->to = *own[j];
		}
	}
}

static void put_address(json_t *object, const char *key,
			const struct ip_address *address)
{
	char text[IP_TEXT_MAX];

	ip_address_format(address, text);
	(void)json_object_set_new(object, key, json_string(text));
}

/* docker's EndpointSettings. */
static json_t *make_endpoint(const struct network *network,
			     const struct network_joining *joining,
			     const struct network_lease *lease,
			     const struct strvec *names)
{
	const struct network_subnet *ipv4 = network_subnet_of(network, IP_V4);
	const struct network_subnet *ipv6 = network_subnet_of(network, IP_V6);
	static const struct ip_address none = { IP_NONE, { 0 } };
	bool is_open = !network->is_internal;
	json_t *out = joining->settings ? json_deep_copy(joining->settings)
					: json_object();

	(void)json_object_set_new(out, "MacAddress", json_string(lease->mac));
	(void)json_object_set_new(out, "NetworkID", json_string(network->id));
	(void)json_object_set_new(
		out, "EndpointID",
		json_string(joining->container->id)); /* one per container */
	put_address(out, "Gateway", ipv4 && is_open ? &ipv4->gateway : &none);
	put_address(out, "IPAddress", &lease->ipv4);
	(void)json_object_set_new(
		out, "IPPrefixLen",
		json_integer(ipv4 ? (json_int_t)ipv4->subnet.bits : 0));
	put_address(out, "IPv6Gateway",
		    ipv6 && is_open ? &ipv6->gateway : &none);
	put_address(out, "GlobalIPv6Address", &lease->ipv6);
	(void)json_object_set_new(
		out, "GlobalIPv6PrefixLen",
		json_integer(ipv6 ? (json_int_t)ipv6->subnet.bits : 0));
	(void)json_object_set_new(out, "DNSNames",
				  names->count ? jsonx_from_strvec(names)
					       : json_null());
	(void)json_object_set_new(out, "Link", json_string(lease->outer));
	(void)json_object_set_new(out, "Number",
				  json_integer((json_int_t)joining->number));
	return out;
}

/* What the dead had laid is in nobody's way: a failure is only told. */
static void clear_dead(const struct store *store,
		       const struct network_members *members)
{
	autoclean(wiring_release) struct wiring wiring = WIRING_INIT;
	struct error err = ERROR_INIT;

	if (!json_object_size(members->dead))
		return;
	if (network_members_add_wiring(members->dead, &wiring, &err) < 0 ||
	    network_program_run(store, "detach", &wiring, -1, &err) < 0)
		log_warn_error("network", &err, "clear away dead members");
}

static void forget_names(const struct store *store, const json_t *list,
			 const struct network_lease *lease)
{
	const char *other;
	const json_t *member;

	json_object_foreach((json_t *)(uintptr_t)list, other, member)
	{
		struct error err = ERROR_INIT;

		(void)member;
		if (container_hosts_drop(store, other, &lease->ipv4, &err) <
			    0 ||
		    container_hosts_drop(store, other, &lease->ipv6, &err) < 0)
			log_warn_error("network", &err, "names of a leaver");
	}
}

static void forget_dead_names(const struct store *store,
			      const struct network_members *members)
{
	const char *id;
	const json_t *member;

	json_object_foreach(members->dead, id, member)
	{
		struct error ignored = ERROR_INIT;
		struct network_lease lease;

		(void)member;
		if (network_lease_find(members->dead, id, &lease, &ignored) < 0)
			error_release(&ignored);
		else
			forget_names(store, members->list, &lease);
	}
}

/* What joining comes to. */
struct joint {
	struct network_lease lease;
	struct strvec names; /* by which members of its network know it */
	struct strvec own;   /* under which it finds itself */
};

#define JOINT_INIT                                       \
	{                                                \
		.names = STRVEC_INIT, .own = STRVEC_INIT \
	}

static void joint_release(struct joint *joint)
{
	strvec_release(&joint->names);
	strvec_release(&joint->own);
}
DEFINE_CLEANUP(struct joint, joint_release)

/* With LIST as members; nothing is noted anywhere. */
static int plan(const struct network *network,
		const struct network_joining *joining, const json_t *list,
		struct joint *out, struct wiring *one, struct error *err)
{
	struct network_wish wish;

	if (read_wish(joining->settings, &wish, err) < 0 ||
	    network_lease_choose(network, list, &wish, &out->lease, err) < 0)
		return error_wrap(err, "network %s", network->name);
	if (network->driver == NETWORK_BRIDGE)
		(void)snprintf(out->lease.outer, sizeof(out->lease.outer),
			       "im%.10s%u", joining->container->id,
			       joining->number);
	collect_names(network, joining, &out->names);
	own_names(joining->container, &out->own);
	network_join_bridge(network, one);
	add_end(network, joining, &out->lease, one);
	add_ports(joining, &out->lease, one);
	return 0;
}

/* Both sides of the file, under its lock. */
static int enter(const struct store *store, const struct network *network,
		 const struct network_joining *joining,
		 struct network_members *members, struct wiring *one,
		 json_t **endpoint_out, struct error *err)
{
	const char *id = joining->container->id;
	autoclean(joint_release) struct joint joint = JOINT_INIT;

	if (plan(network, joining, members->list, &joint, one, err) < 0)
		return -1;
	network_lease_note(members->list, id, &joint.lease, &joint.names);
	network_members_note_wiring(members, id, one);
	*endpoint_out = make_endpoint(network, joining, &joint.lease,
				      &joint.names);
	if (introduce_one(store, id, &joint.lease, &joint.own, err) < 0 ||
	    (!network->is_default &&
	     introduce(store, members->list, id, &joint.lease, &joint.names,
		       err) < 0))
		return -1;
	return network_members_save(members, err);
}

static void add_lines(const struct network_lease *lease,
		      const struct strvec *names, struct strbuf *hosts)
{
	container_hosts_line(&lease->ipv4, names, hosts);
	container_hosts_line(&lease->ipv6, names, hosts);
}

int network_join_look(const struct store *store, const struct network *network,
		      const struct network_joining *joining, struct wiring *out,
		      struct strbuf *hosts, struct error *err)
{
	autoclean(jsonx_free) json_t *list = NULL;
	autoclean(joint_release) struct joint joint = JOINT_INIT;
	autoclean(wiring_release) struct wiring one = WIRING_INIT;
	const char *other;
	const json_t *member;

	if (network_members_read(store, network->id, &list, err) < 0 ||
	    plan(network, joining, list, &joint, &one, err) < 0)
		return -1;
	wiring_append(out, &one);
	add_lines(&joint.lease, &joint.own, hosts);
	json_object_foreach(list, other, member)
	{
		autoclean(strvec_release) struct strvec theirs = STRVEC_INIT;
		struct network_lease its;

		if (network->is_default)
			continue;
		if (jsonx_opt_strings(member, "Names", &theirs, err) < 0 ||
		    network_lease_find(list, other, &its, err) < 0)
			return -1;
		add_lines(&its, &theirs, hosts);
	}
	return 0;
}

int network_join(const struct store *store, const struct network *network,
		 const struct network_joining *joining, struct wiring *out,
		 json_t **endpoint_out, struct error *err)
{
	autoclean(network_members_release) struct network_members members =
		NETWORK_MEMBERS_INIT;
	autoclean(wiring_release) struct wiring one = WIRING_INIT;

	if (network_members_open(store, network->id, &members, err) < 0)
		return -1;
	clear_dead(store, &members);
	forget_dead_names(store, &members);
	if (enter(store, network, joining, &members, &one, endpoint_out, err) <
	    0)
		return -1;
	wiring_append(out, &one);
	network_event(store, network, "connect", joining->container->id);
	return 0;
}

/* What was laid for member ID; its bridges stay. */
static int add_gone(const json_t *list, const char *id, struct wiring *out,
		    struct error *err)
{
	autoclean(jsonx_free) json_t *one = json_object();

	(void)json_object_set(one, id, json_object_get(list, id));
	if (network_members_add_wiring(one, out, err) < 0)
		return -1;
	out->bridge_count = 0;
	return 0;
}

int network_leave(const struct store *store, const struct network *network,
		  const char *container, struct wiring *gone, bool *is_idle_out,
		  struct error *err)
{
	autoclean(wiring_release) struct wiring own = WIRING_INIT;
	autoclean(network_members_release) struct network_members members =
		NETWORK_MEMBERS_INIT;
	struct network_lease lease;

	*is_idle_out = false;
	if (network_members_open(store, network->id, &members, err) < 0)
		return -1;
	clear_dead(store, &members);
	forget_dead_names(store, &members);
	if (network_lease_find(members.list, container, &lease, err) == 0) {
		if (add_gone(members.list, container, &own, err) < 0)
			return -1;
		wiring_append(gone, &own);
		(void)json_object_del(members.list, container);
		forget_names(store, members.list, &lease);
		network_event(store, network, "disconnect", container);
	} else {
		error_release(err);
	}
	*is_idle_out = json_object_size(members.list) == 0;
	return network_members_save(&members, err);
}

/* Its own file knows it by its host name, which stays. */
static int reintroduce(const struct store *store, const json_t *list,
		       const char *id, const struct network_lease *lease,
		       const struct strvec *names, struct error *err)
{
	const char *other;
	const json_t *member;

	json_object_foreach((json_t *)(uintptr_t)list, other, member)
	{
		(void)member;
		if (!strcmp(other, id))
			continue;
		if (container_hosts_drop(store, other, &lease->ipv4, err) < 0 ||
		    container_hosts_drop(store, other, &lease->ipv6, err) < 0 ||
		    introduce_one(store, other, lease, names, err) < 0)
			return -1;
	}
	return 0;
}

int network_join_rename(const struct store *store,
			const struct network *network,
			const struct container *container,
			const json_t *settings, struct strvec *names_out,
			struct error *err)
{
	autoclean(network_members_release) struct network_members members =
		NETWORK_MEMBERS_INIT;
	struct network_joining joining = { .container = container,
					   .settings = settings };
	struct network_lease lease;
	json_t *member;

	if (network->is_default)
		return 0;
	if (network_members_open(store, network->id, &members, err) < 0)
		return -1;
	member = json_object_get(members.list, container->id);
	if (!member)
		return 0;
	collect_names(network, &joining, names_out);
	(void)json_object_set_new(member, "Names",
				  jsonx_from_strvec(names_out));
	if (network_lease_find(members.list, container->id, &lease, err) < 0 ||
	    reintroduce(store, members.list, container->id, &lease, names_out,
			err) < 0)
		return -1;
	return network_members_save(&members, err);
}
