/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of networks as docker shows them. */
#include "cmd/front/network_inspect.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/shape.h"
#include "runtime/engine/container.h"
#include "runtime/engine/network_folder.h"
#include "runtime/engine/network_members.h"

bool network_is_predefined(const char *name)
{
	return !strcmp(name, "bridge") || !strcmp(name, "host") ||
	       !strcmp(name, "none");
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int network_inspect_list(const struct store *store, struct strvec *out,
			 struct error *err)
{
	static const char *const always[] = { "bridge", "host", "none" };

	if (network_folder_list(store, out, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++) {
		bool is_listed = false;

		for (size_t j = 0; j < out->count; j++)
			is_listed = is_listed ||
				    !strcmp(out->items[j], always[i]);
		if (!is_listed)
			strvec_add(out, always[i]);
	}
	qsort(out->items, out->count, sizeof(*out->items), compare_names);
	return 0;
}

/* host and none are words: their ids are the same everywhere. */
static json_t *make_word(const char *name)
{
	bool is_host = !strcmp(name, "host");
	autoclean(strbuf_release) struct strbuf id = STRBUF_INIT;

	for (int i = 0; i < NETWORK_ID_DIGITS; i++)
		strbuf_addch(&id, is_host ? 'a' : 'b');
	return json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:{s:s,s:n,s:[]},"
		"s:b,s:b,s:b,s:{s:s},s:b,s:{},s:{},s:{}}",
		"Name", name, "Id", id.text, "Created", "0001-01-01T00:00:00Z",
		"Scope", "local", "Driver", is_host ? "host" : "null",
		"EnableIPv4", true, "EnableIPv6", false, "IPAM", "Driver",
		"default", "Options", "Config", "Internal", false, "Attachable",
		false, "Ingress", false, "ConfigFrom", "Network", "",
		"ConfigOnly", false, "Containers", "Options", "Labels");
}

static json_t *make_ipam(const json_t *document)
{
	const json_t *subnets = json_object_get(document, "Subnets");
	json_t *config = json_array();
	const json_t *subnet;
	size_t index;

	json_array_foreach(subnets, index, subnet)(void)
		json_array_append(config, (json_t *)(uintptr_t)subnet);
	return json_pack("{s:s,s:{},s:o}", "Driver", "default", "Options",
			 "Config", config);
}

/* ADDRESS and the subnet's bits; "" when there is none. */
static json_t *address_of(const struct network *network,
			  const struct ip_address *address)
{
	const struct network_subnet *subnet =
		network_subnet_of(network, address->family);
	char text[IP_TEXT_MAX] = "";

	if (subnet && address->family != IP_NONE) {
		struct ip_prefix prefix = { *address, subnet->subnet.bits };

		ip_prefix_format(&prefix, text);
	}
	return json_string(text);
}

static int add_member(const struct store *store, const struct network *network,
		      const json_t *members, const char *id, json_t *out,
		      struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct network_lease lease;

	if (container_load(store, id, &container, err) < 0 ||
	    network_lease_find(members, id, &lease, err) < 0) {
		/* it goes this moment */
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	(void)json_object_set_new(
		out, id,
		json_pack("{s:s,s:s,s:s,s:o,s:o}", "Name", container.name,
			  "EndpointID", id, "MacAddress", lease.mac,
			  "IPv4Address", address_of(network, &lease.ipv4),
			  "IPv6Address", address_of(network, &lease.ipv6)));
	return 0;
}

static int add_members(const struct store *store, const struct network *network,
		       json_t *out, struct error *err)
{
	autoclean(network_members_release) struct network_members members =
		NETWORK_MEMBERS_INIT;
	const char *id;
	const json_t *ignored;

	if (network_members_open(store, network->id, &members, err) < 0)
		return -1;
	json_object_foreach(members.list, id, ignored)
	{
		(void)ignored;
		if (add_member(store, network, members.list, id, out, err) < 0)
			return -1;
	}
	return 0;
}

/* What docker says of its default bridge, and ours does the same. */
static json_t *default_options(const struct network *network)
{
	autofree char *mtu = xasprintf("%u", network->mtu);

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}",
			 "com.docker.network.bridge.default_bridge", "true",
			 "com.docker.network.bridge.enable_icc", "true",
			 "com.docker.network.bridge.enable_ip_masquerade",
			 "true", "com.docker.network.bridge.host_binding_ipv4",
			 "0.0.0.0", "com.docker.network.bridge.name",
			 network->link, "com.docker.network.driver.mtu", mtu);
}

static json_t *copy_of(const json_t *document, const char *key)
{
	json_t *value = json_object_get(document, key);

	return value ? json_incref(value) : json_object();
}

static int make(const struct store *store, const struct network *network,
		json_t **out, struct error *err)
{
	const json_t *own = network->document;
	json_t *containers = json_object();

	*out = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:o,s:b,s:b,s:b,s:{s:s},s:b,"
		"s:o,s:o,s:o}",
		"Name", network->name, "Id", network->id, "Created",
		shape_text(own, "Created"), "Scope", "local", "Driver",
		network_driver_name(network->driver), "EnableIPv4",
		network_subnet_of(network, IP_V4) != NULL, "EnableIPv6",
		network->has_ipv6, "IPAM", make_ipam(own), "Internal",
		network->is_internal, "Attachable",
		json_is_true(json_object_get(own, "Attachable")), "Ingress",
		false, "ConfigFrom", "Network", "", "ConfigOnly", false,
		"Containers", containers, "Options",
		network->is_default ? default_options(network)
				    : copy_of(own, "Options"),
		"Labels", copy_of(own, "Labels"));
	return add_members(store, network, containers, err);
}

int network_inspect(const struct store *store, const char *text, json_t **out,
		    struct error *err)
{
	autoclean(network_release) struct network network = NETWORK_INIT;

	if (!strcmp(text, "host") || !strcmp(text, "none")) {
		*out = make_word(text);
		return 0;
	}
	if (network_folder_find(store, text, &network, err) < 0)
		return -1;
	return make(store, &network, out, err);
}
