/* SPDX-License-Identifier: Apache-2.0 */
/* Networks and published ports of `run` and `create`. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/userns.h"
#include "cmd/front/run_parts.h"
#include "runtime/engine/network_folder.h"
#include "runtime/network/network_lease.h"
#include "runtime/network/port_map.h"

/* What one --network says. */
struct joining {
	const char *name;
	json_t *settings; /* docker's EndpointSettings */
};

static void set_text(json_t *object, const char *key, const char *value)
{
	(void)json_object_set_new(object, key, json_string(value));
}

/* ---- ports */

static json_t *list_of(json_t *object, const char *key)
{
	json_t *list = json_object_get(object, key);

	if (list)
		return list;
	list = json_array();
	(void)json_object_set_new(object, key, list);
	return list;
}

/* A range of host ports for one port is kept as "8000-8010". */
static void add_binding(const struct port_map *map, json_t *bindings,
			json_t *exposed)
{
	char key[32];
	char host[IP_TEXT_MAX];
	char port[16] = "";

	(void)snprintf(key, sizeof(key), "%u/%s", (unsigned)map->port,
		       map->protocol);
	ip_address_format(&map->host, host);
	if (map->host_last > map->host_port)
		(void)snprintf(port, sizeof(port), "%u-%u",
			       (unsigned)map->host_port,
			       (unsigned)map->host_last);
	else if (map->host_port)
		(void)snprintf(port, sizeof(port), "%u",
			       (unsigned)map->host_port);
	(void)json_array_append_new(
		list_of(bindings, key),
		json_pack("{s:s,s:s}", "HostIp", host, "HostPort", port));
	(void)json_object_set_new(exposed, key, json_object());
}

static int set_bindings(const struct run_options *options, json_t *config,
			json_t *host, struct error *err)
{
	autoclean(port_maps_release) struct port_maps maps = PORT_MAPS_INIT;
	json_t *bindings = json_object();
	json_t *exposed = json_object_get(config, "ExposedPorts");

	(void)json_object_set_new(host, "PortBindings", bindings);
	(void)json_object_set_new(host, "PublishAllPorts",
				  json_boolean(options->is_publish_all));
	for (size_t i = 0; i < options->publish.count; i++) {
		if (port_maps_parse(options->publish.items[i], &maps, err) < 0)
			return -1;
	}
	if (maps.count && !exposed) {
		exposed = json_object();
		(void)json_object_set_new(config, "ExposedPorts", exposed);
	}
	for (size_t i = 0; i < maps.count; i++)
		add_binding(&maps.items[i], bindings, exposed);
	return 0;
}

/* ---- networks */

static int set_setting(struct joining *joining, const char *key,
		       const char *value, struct error *err)
{
	json_t *settings = joining->settings;
	struct ip_address address;
	char mac[NETWORK_MAC_TEXT];

	if (!strcmp(key, "alias")) {
		(void)json_array_append_new(list_of(settings, "Aliases"),
					    json_string(value));
		return 0;
	}
	if (!strcmp(key, "ip") || !strcmp(key, "ip6")) {
		bool is_ipv6 = key[2] == '6';
		json_t *config = json_object_get(settings, "IPAMConfig");

		if (ip_address_parse(value, &address, err) < 0 ||
		    (address.family == IP_V6) != is_ipv6)
			return error_set(err, ERROR_INVALID,
					 "invalid IPv%c address: %s",
					 is_ipv6 ? '6' : '4', value);
		if (!config) {
			config = json_object();
			(void)json_object_set_new(settings, "IPAMConfig",
						  config);
		}
		set_text(config, is_ipv6 ? "IPv6Address" : "IPv4Address",
			 value);
		return 0;
	}
	if (!strcmp(key, "mac-address")) {
		if (network_mac_parse(value, mac, err) < 0)
			return error_set(err, ERROR_INVALID,
					 "%s is not a valid mac address",
					 value);
		set_text(settings, "MacAddress", mac);
		return 0;
	}
	if (!strcmp(key, "driver-opt") || !strcmp(key, "gw-priority"))
		return 0; /* kept by nobody, as by docker's own drivers */
	return error_set(err, ERROR_INVALID, "invalid field value %s", key);
}

/* "name=NET,alias=A,ip=…"; TEXT is cut up. */
static int read_fields(char *text, struct joining *out, struct error *err)
{
	char *rest = text;
	char *field;

	while ((field = strsep(&rest, ","))) {
		char *equals = strchr(field, '=');

		if (!equals)
			return error_set(err, ERROR_INVALID,
					 "invalid field value %s", field);
		*equals = '\0';
		if (!strcmp(field, "name"))
			out->name = equals + 1;
		else if (set_setting(out, field, equals + 1, err) < 0)
			return -1;
	}
	return out->name ? 0
			 : error_set(err, ERROR_INVALID,
				     "network name is missing");
}

static bool is_user_defined(const char *name)
{
	return strcmp(name, "bridge") != 0 && strcmp(name, "host") != 0 &&
	       strcmp(name, "none") != 0 && strcmp(name, "default") != 0 &&
	       strcmp(name, "pasta") != 0 && !strchr(name, ':');
}

/* --ip, --network-alias and the like belong to the first network. */
static int add_flags(const struct run_options *options, struct joining *first,
		     struct error *err)
{
	if ((options->ip || options->ip6) && !is_user_defined(first->name))
		return error_set(err, ERROR_INVALID,
				 "user specified IP address is supported on "
				 "user defined networks only");
	if (options->aliases.count && !is_user_defined(first->name))
		return error_set(err, ERROR_INVALID,
				 "network-scoped aliases are only supported "
				 "for user-defined networks");
	for (size_t i = 0; i < options->aliases.count; i++) {
		if (set_setting(first, "alias", options->aliases.items[i],
				err) < 0)
			return -1;
	}
	if ((options->ip && set_setting(first, "ip", options->ip, err) < 0) ||
	    (options->ip6 &&
	     set_setting(first, "ip6", options->ip6, err) < 0) ||
	    (options->mac_address &&
	     set_setting(first, "mac-address", options->mac_address, err) < 0))
		return -1;
	return 0;
}

int run_network_settings(const struct run_options *options, const char *name,
			 json_t **out, struct error *err)
{
	struct joining joining = { name, json_object() };

	*out = joining.settings;
	return add_flags(options, &joining, err);
}

/* The network has to be there; what its document says is checked at a start. */
static int find(const struct run_config_request *request, const char *name,
		char **out, struct error *err)
{
	autoclean(network_release) struct network network = NETWORK_INIT;

	if (!is_user_defined(name)) {
		*out = xstrdup(strcmp(name, "default") ? name : "bridge");
		return 0;
	}
	if (network_folder_find(request->store, name, &network, err) < 0)
		return -1;
	*out = xstrdup(network.name);
	return 0;
}

static int add_network(const struct run_config_request *request, size_t index,
		       const char *text, json_t *host, json_t *networks,
		       struct error *err)
{
	autofree char *copy = xstrdup(text);
	autoclean(jsonx_free) json_t *settings = json_object();
	struct joining joining = { copy, settings };
	autofree char *name = NULL;

	if (strchr(copy, '=') && strncmp(copy, "container:", 10) != 0) {
		joining.name = NULL;
		if (read_fields(copy, &joining, err) < 0)
			return -1;
		assert(joining.name); /* or that had failed */
	}
	if (!*joining.name)
		return error_set(err, ERROR_INVALID, "network name is missing");
	if ((index == 0 && add_flags(request->options, &joining, err) < 0) ||
	    find(request, joining.name, &name, err) < 0)
		return -1;
	if (index == 0)
		set_text(host, "NetworkMode", name);
	else if (!is_user_defined(name) && strcmp(name, "bridge") != 0)
		return error_set(err, ERROR_INVALID,
				 "conflicting options: cannot attach both "
				 "user-defined and non-user-defined "
				 "network-modes");
	if (is_user_defined(name) || !strcmp(name, "bridge"))
		(void)json_object_set(networks, name, settings);
	return 0;
}

/* Other words that docker has for a network of another container's. */
static int check_conflicts(const struct run_options *options,
			   const json_t *host, struct error *err)
{
	const char *mode =
		json_string_value(json_object_get(host, "NetworkMode"));
	bool is_joined = !strncmp(mode, "container:", 10);

	if (is_joined && (options->publish.count || options->is_publish_all))
		return error_set(err, ERROR_INVALID,
				 "conflicting options: port publishing and the "
				 "container type network mode");
	if (is_joined && options->expose.count)
		return error_set(err, ERROR_INVALID,
				 "conflicting options: port exposing and the "
				 "container type network mode");
	if (is_joined && options->mac_address)
		return error_set(err, ERROR_INVALID,
				 "conflicting options: mac-address and the "
				 "network mode");
	return 0;
}

int run_networks(const struct run_config_request *request, json_t *config,
		 json_t *host, json_t **networks_out, struct error *err)
{
	const struct run_options *options = request->options;
	const char *usual = userns_is_initial() ? "bridge" : "pasta";
	json_t *networks = json_object();

	*networks_out = networks;
	if (!options->networks.count &&
	    add_network(request, 0, usual, host, networks, err) < 0)
		return -1;
	for (size_t i = 0; i < options->networks.count; i++) {
		if (add_network(request, i, options->networks.items[i], host,
				networks, err) < 0)
			return -1;
	}
	if (set_bindings(options, config, host, err) < 0)
		return -1;
	return check_conflicts(options, host, err);
}
