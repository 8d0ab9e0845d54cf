/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing subnets, gateways and link names. */
#include "runtime/engine/network_draft.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/userns.h"

enum { ROUTES_MAX = 16 << 20, LINKS_MAX = 4096 };

void network_draft_release(struct network_draft *draft)
{
	route_table_release(&draft->networks);
	route_table_release(&draft->host);
	strvec_release(&draft->links);
}

void network_draft_avoid(struct network_draft *draft,
			 const struct network *network)
{
	for (size_t i = 0; i < network->subnet_count; i++)
		route_table_add(&draft->networks, &network->subnets[i].subnet);
	if (*network->link)
		strvec_add(&draft->links, network->link);
}

/* Absent: a kernel without that family. */
static int read_text(const char *path, struct strbuf *out, struct error *err)
{
	if (fs_read_file(AT_FDCWD, path, ROUTES_MAX, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return 0;
}

int network_draft_read_host(struct network_draft *draft, struct error *err)
{
	autoclean(strbuf_release) struct strbuf ipv4 = STRBUF_LIMIT(ROUTES_MAX);
	autoclean(strbuf_release) struct strbuf ipv6 = STRBUF_LIMIT(ROUTES_MAX);
	struct if_nameindex *links;

	if (read_text("/proc/self/net/route", &ipv4, err) < 0 ||
	    read_text("/proc/self/net/ipv6_route", &ipv6, err) < 0)
		return -1;
	if (ipv4.length)
		route_table_add_ipv4(&draft->host, ipv4.text);
	if (ipv6.length)
		route_table_add_ipv6(&draft->host, ipv6.text);
	links = if_nameindex();
	for (size_t i = 0; links && links[i].if_name; i++)
		strvec_add(&draft->links, links[i].if_name);
	if (links)
		if_freenameindex(links);
	return 0;
}

static bool is_listed(const struct strvec *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

static int make_id(char out[NETWORK_ID_DIGITS + 1], struct error *err)
{
	unsigned char bytes[NETWORK_ID_DIGITS / 2];

	/* 32 bytes are never short (getrandom(2)) */
	if (getrandom(bytes, sizeof(bytes), 0) < 0)
		return error_sys(err, errno, "make an id");
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static const char *option(const struct network_request *request,
			  const char *key)
{
	return json_string_value(json_object_get(request->options, key));
}

/* The bridge's link: as asked, imgctl0 for the default, else by the id. */
static int choose_link(const struct network_draft *draft,
		       const struct network_request *request, const char *id,
		       json_t *document, struct error *err)
{
	const char *asked = option(request, "com.docker.network.bridge.name");
	char name[NETWORK_LINK_MAX];

	if (request->driver != NETWORK_BRIDGE)
		return 0;
	if (asked && !network_is_link_name(asked))
		return error_set(err, ERROR_INVALID, "invalid bridge name: %s",
				 asked);
	if (asked && is_listed(&draft->links, asked))
		return error_set(err, ERROR_BUSY,
				 "network link %s is there already", asked);
	(void)snprintf(name, sizeof(name), "imgctl-%.8s", id);
	for (unsigned i = 0; !strcmp(request->name, "bridge") && i < LINKS_MAX;
	     i++) {
		(void)snprintf(name, sizeof(name), "imgctl%u", i);
		if (!is_listed(&draft->links, name))
			break;
	}
	(void)json_object_set_new(document, "Link",
				  json_string(asked ? asked : name));
	return 0;
}

/* What a macvlan's or ipvlan's containers are on is a network of the host's. */
static int check_clash(const struct network_draft *draft,
		       enum network_driver driver,
		       const struct ip_prefix *subnet, struct error *err)
{
	const struct ip_prefix *other = route_table_clash(&draft->networks,
							  subnet);
	char text[IP_TEXT_MAX];
	char there[IP_TEXT_MAX];

	if (!other && driver == NETWORK_BRIDGE)
		other = route_table_clash(&draft->host, subnet);
	if (!other)
		return 0;
	ip_prefix_format(subnet, text);
	ip_prefix_format(other, there);
	return error_set(err, ERROR_BUSY,
			 "invalid pool request: Pool overlaps with other one "
			 "on this address space: %s and %s",
			 text, there);
}

/* The one of LIST that lies in SUBNET; NULL when there is none. */
static int pick(const struct strvec *list, const struct ip_prefix *subnet,
		bool is_prefix, const char **out, struct error *err)
{
	*out = NULL;
	for (size_t i = 0; list && i < list->count; i++) {
		struct ip_prefix prefix = { { IP_NONE, { 0 } }, 0 };

		if (is_prefix
			    ? ip_prefix_parse(list->items[i], &prefix, err) < 0
			    : ip_address_parse(list->items[i], &prefix.address,
					       err) < 0)
			return -1;
		if (!ip_prefix_has(subnet, &prefix.address))
			continue;
		if (*out)
			return error_set(err, ERROR_INVALID,
					 "cannot configure multiple %s (%s, "
					 "%s) for the same subnet",
					 is_prefix ? "ranges" : "gateways",
					 *out, list->items[i]);
		*out = list->items[i];
	}
	return 0;
}

static json_t *subnet_document(const struct ip_prefix *prefix,
			       const char *gateway, const char *range)
{
	struct ip_prefix subnet = { ip_prefix_first(prefix), prefix->bits };
	struct ip_address first;
	char text[IP_TEXT_MAX];
	char own[IP_TEXT_MAX];
	json_t *out = json_object();

	ip_prefix_format(&subnet, text);
	/* the gateway is the first host: of two addresses (RFC 3021), or one */
	(void)ip_address_add(&subnet.address,
			     subnet.bits + 1 <
				     ip_family_bits(subnet.address.family),
			     &first);
	ip_address_format(&first, own);
	(void)json_object_set_new(out, "Subnet", json_string(text));
	(void)json_object_set_new(out, "Gateway",
				  json_string(gateway ? gateway : own));
	if (range)
		(void)json_object_set_new(out, "IPRange", json_string(range));
	return out;
}

/* The reserved addresses of the request that lie in SUBNET, as docker has them.
 */
static int add_auxiliary(const struct network_request *request,
			 const struct ip_prefix *subnet, json_t *entry,
			 struct error *err)
{
	json_t *out = json_object();
	const char *name;
	const json_t *value;

	json_object_foreach(request->auxiliary, name, value)
	{
		struct ip_address address;
		char text[IP_TEXT_MAX];

		if (ip_address_parse(json_string_value(value), &address, err) <
		    0) {
			json_decref(out);
			return error_wrap(err, "auxiliary address %s", name);
		}
		ip_address_format(&address, text);
		if (ip_prefix_has(subnet, &address))
			(void)json_object_set_new(out, name, json_string(text));
	}
	if (json_object_size(out))
		(void)json_object_set(entry, "AuxiliaryAddresses", out);
	json_decref(out);
	return 0;
}

/* docker's rules for a subnet, before it is compared with what there is. */
static int check_subnet(const struct network_request *request, const char *text,
			const struct ip_prefix *subnet, bool has_one,
			struct error *err)
{
	struct ip_prefix whole = { ip_prefix_first(subnet), subnet->bits };
	char right[IP_TEXT_MAX];

	if (!ip_address_is_equal(&whole.address, &subnet->address)) {
		ip_prefix_format(&whole, right);
		return error_set(err, ERROR_INVALID,
				 "invalid network config: invalid subnet %s: "
				 "it should be %s",
				 text, right);
	}
	if (has_one && request->driver == NETWORK_BRIDGE)
		return error_set(err, ERROR_INVALID,
				 "bridge driver doesn't support multiple "
				 "subnets");
	return 0;
}

static int add_asked(const struct network_draft *draft,
		     const struct network_request *request, json_t *list,
		     bool has[2], struct error *err)
{
	const struct strvec *subnets = request->subnets;

	for (size_t i = 0; subnets && i < subnets->count; i++) {
		const char *gateway;
		const char *range;
		struct ip_prefix subnet;
		json_t *entry;

		if (ip_prefix_parse(subnets->items[i], &subnet, err) < 0 ||
		    check_subnet(request, subnets->items[i], &subnet,
				 has[subnet.address.family == IP_V6],
				 err) < 0 ||
		    check_clash(draft, request->driver, &subnet, err) < 0 ||
		    pick(request->gateways, &subnet, false, &gateway, err) <
			    0 ||
		    pick(request->ranges, &subnet, true, &range, err) < 0)
			return -1;
		has[subnet.address.family == IP_V6] = true;
		entry = subnet_document(&subnet, gateway, range);
		(void)json_array_append_new(list, entry);
		if (add_auxiliary(request, &subnet, entry, err) < 0)
			return -1;
	}
	return 0;
}

/* fd and forty bits of chance (RFC 4193). */
static int add_unique_ipv6(json_t *list, struct error *err)
{
	struct ip_prefix subnet = { { IP_V6, { 0xfd } }, 64 };

	if (getrandom(subnet.address.bytes + 1, 5, 0) < 0)
		return error_sys(err, errno, "choose an IPv6 subnet");
	(void)json_array_append_new(list, subnet_document(&subnet, NULL, NULL));
	return 0;
}

static int add_chosen(const struct network_draft *draft, json_t *list,
		      struct error *err)
{
	struct route_table taken = ROUTE_TABLE_INIT;
	struct ip_prefix subnet;
	bool is_found;

	for (size_t i = 0; i < draft->networks.count; i++)
		route_table_add(&taken, &draft->networks.items[i]);
	for (size_t i = 0; i < draft->host.count; i++)
		route_table_add(&taken, &draft->host.items[i]);
	is_found = route_table_find_free(&taken, &subnet);
	route_table_release(&taken);
	if (!is_found)
		return error_set(err, ERROR_BUSY,
				 "could not find an available, non-overlapping "
				 "IPv4 address pool among the defaults to "
				 "assign to the network");
	(void)json_array_append_new(list, subnet_document(&subnet, NULL, NULL));
	return 0;
}

/* A gateway or range that lies in no subnet would be lost silently. */
static int check_leftovers(const struct strvec *given, const json_t *list,
			   bool is_prefix, struct error *err)
{
	for (size_t i = 0; given && i < given->count; i++) {
		const json_t *entry;
		size_t index;
		bool is_used = false;

		json_array_foreach(list, index, entry)
		{
			const char *text = json_string_value(json_object_get(
				entry, is_prefix ? "IPRange" : "Gateway"));

			is_used = is_used ||
				  (text && !strcmp(text, given->items[i]));
		}
		if (!is_used)
			return error_set(err, ERROR_INVALID,
					 "no matching subnet for %s %s",
					 is_prefix ? "range" : "gateway",
					 given->items[i]);
	}
	return 0;
}

/* The same of a reserved address. */
static int check_auxiliary(const struct network_request *request,
			   const json_t *list, struct error *err)
{
	const char *name;
	const json_t *value;

	json_object_foreach(request->auxiliary, name, value)
	{
		const json_t *entry;
		size_t index;
		bool is_used = false;

		json_array_foreach(list, index, entry)
		{
			is_used = is_used ||
				  json_object_get(
					  json_object_get(entry,
							  "AuxiliaryAddresses"),
					  name);
		}
		if (!is_used)
			return error_set(err, ERROR_INVALID,
					 "no matching subnet for aux-address "
					 "%s",
					 json_string_value(value));
	}
	return 0;
}

static int add_subnets(const struct network_draft *draft,
		       const struct network_request *request, json_t *document,
		       struct error *err)
{
	json_t *list = json_array();
	bool has[2] = { false, false };

	(void)json_object_set_new(document, "Subnets", list);
	if (add_asked(draft, request, list, has, err) < 0)
		return -1;
	if (!has[0] && !request->has_no_ipv4 &&
	    add_chosen(draft, list, err) < 0)
		return -1;
	if (!has[1] && request->has_ipv6 && add_unique_ipv6(list, err) < 0)
		return -1;
	(void)json_object_set_new(document, "EnableIPv6",
				  json_boolean(request->has_ipv6 || has[1]));
	if (check_leftovers(request->gateways, list, false, err) < 0 ||
	    check_leftovers(request->ranges, list, true, err) < 0)
		return -1;
	return check_auxiliary(request, list, err);
}

static bool is_off(const char *value)
{
	return value && (!strcmp(value, "false") || !strcmp(value, "0"));
}

static bool is_mode(enum network_driver driver, const char *mode)
{
	static const char *const modes[] = { "bridge",	 "private", "vepa",
					     "passthru", "l2",	    "l3",
					     "l3s" };
	/* the first four are macvlan's */
	size_t first = driver == NETWORK_IPVLAN ? 4 : 0;
	size_t last = driver == NETWORK_IPVLAN ? 7 : 4;

	for (size_t i = first; i < last; i++)
		if (!strcmp(modes[i], mode))
			return true;
	return false;
}

static int add_parent(const struct network_request *request, json_t *document,
		      struct error *err)
{
	bool is_ipvlan = request->driver == NETWORK_IPVLAN;
	const char *parent = option(request, "parent");
	const char *mode = option(request,
				  is_ipvlan ? "ipvlan_mode" : "macvlan_mode");
	char own[NETWORK_LINK_MAX];

	if (request->driver == NETWORK_BRIDGE)
		return 0;
	if (parent && !network_is_link_name(parent))
		return error_set(err, ERROR_INVALID, "invalid parent: %s",
				 parent);
	if (parent && !userns_is_initial())
		return error_set(err, ERROR_DENIED,
				 "links of the host, as %s, are not an "
				 "ordinary user's to share",
				 parent);
	if (mode && !is_mode(request->driver, mode))
		return error_set(err, ERROR_INVALID, "unknown %s mode \"%s\"",
				 network_driver_name(request->driver), mode);
	if (mode)
		(void)json_object_set_new(document, "Mode", json_string(mode));
	network_own_parent(json_string_value(json_object_get(document, "Id")),
			   own);
	(void)json_object_set_new(document, "Parent",
				  json_string(parent ? parent : own));
	return 0;
}

/* Options that mean something here; the others are only kept. */
static int apply_options(const struct network_request *request,
			 json_t *document, struct error *err)
{
	const char *mtu = option(request, "com.docker.network.driver.mtu");
	const char *dns = option(request, "dns");
	char *end;
	long value;

	if (!mtu)
		mtu = option(request, "mtu");
	value = mtu ? strtol(mtu, &end, 10) : NETWORK_MTU_DEFAULT;
	if (mtu && (*end || value < 68 || value > 65535))
		return error_set(err, ERROR_INVALID, "invalid MTU: %s", mtu);
	if (dns && strcmp(dns, "aardvark") != 0)
		return error_set(err, ERROR_INVALID,
				 "names by DNS are aardvark's: invalid dns: %s",
				 dns);
	(void)json_object_set_new(document, "MTU", json_integer(value));
	(void)json_object_set_new(document, "Dns", json_boolean(dns));
	(void)json_object_set_new(
		document, "NoMasquerade",
		json_boolean(is_off(option(
			request,
			"com.docker.network.bridge.enable_ip_masquerade"))));
	(void)json_object_set_new(
		document, "NoTalk",
		json_boolean(is_off(option(
			request, "com.docker.network.bridge.enable_icc"))));
	return add_parent(request, document, err);
}

int network_draft_make(const struct network_draft *draft,
		       const struct network_request *request,
		       json_t **document_out, struct error *err)
{
	char id[NETWORK_ID_DIGITS + 1];
	char created[CLOCK_TEXT_MAX];
	json_t *document = json_object();

	*document_out = document;
	if (make_id(id, err) < 0)
		return -1;
	clock_format(clock_now(), created);
	(void)json_object_set_new(document, "Name", json_string(request->name));
	(void)json_object_set_new(document, "Id", json_string(id));
	(void)json_object_set_new(document, "Created", json_string(created));
	(void)json_object_set_new(
		document, "Driver",
		json_string(network_driver_name(request->driver)));
	(void)json_object_set_new(document, "Internal",
				  json_boolean(request->is_internal));
	(void)json_object_set_new(document, "Attachable",
				  json_boolean(request->is_attachable));
	(void)json_object_set_new(document, "Options",
				  request->options
					  ? json_incref(request->options)
					  : json_object());
	(void)json_object_set_new(document, "Labels",
				  request->labels ? json_incref(request->labels)
						  : json_object());
	if (choose_link(draft, request, id, document, err) < 0 ||
	    apply_options(request, document, err) < 0)
		return -1;
	return add_subnets(draft, request, document, err);
}
