/* SPDX-License-Identifier: Apache-2.0 */
/* Wirings as documents. */
#include "runtime/network/wiring.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

void wiring_release(struct wiring *wiring)
{
	free(wiring->bridges);
	free(wiring->ends);
	free(wiring->ports);
	*wiring = (struct wiring)WIRING_INIT;
}

struct wiring_bridge *wiring_add_bridge(struct wiring *wiring)
{
	size_t index = wiring->bridge_count++;

	wiring->bridges = xreallocarray(wiring->bridges, index + 1,
					sizeof(*wiring->bridges));
	wiring->bridges[index] = (struct wiring_bridge){ 0 };
	return &wiring->bridges[index];
}

struct wiring_end *wiring_add_end(struct wiring *wiring)
{
	size_t index = wiring->end_count++;

	wiring->ends = xreallocarray(wiring->ends, index + 1,
				     sizeof(*wiring->ends));
	wiring->ends[index] = (struct wiring_end){ 0 };
	return &wiring->ends[index];
}

struct wiring_port *wiring_add_port(struct wiring *wiring)
{
	size_t index = wiring->port_count++;

	wiring->ports = xreallocarray(wiring->ports, index + 1,
				      sizeof(*wiring->ports));
	wiring->ports[index] = (struct wiring_port){ 0 };
	return &wiring->ports[index];
}

void wiring_append(struct wiring *to, const struct wiring *from)
{
	for (size_t i = 0; i < from->bridge_count; i++)
		*wiring_add_bridge(to) = from->bridges[i];
	for (size_t i = 0; i < from->end_count; i++)
		*wiring_add_end(to) = from->ends[i];
	for (size_t i = 0; i < from->port_count; i++)
		*wiring_add_port(to) = from->ports[i];
}

static void put_text(json_t *object, const char *key, const char *text)
{
	if (*text)
		(void)json_object_set_new(object, key, json_string(text));
}

static void put_address(json_t *object, const char *key,
			const struct ip_address *address)
{
	char text[IP_TEXT_MAX];

	ip_address_format(address, text);
	put_text(object, key, text);
}

static void put_prefix(json_t *object, const char *key,
		       const struct ip_prefix *prefix)
{
	char text[IP_TEXT_MAX];

	if (prefix->address.family == IP_NONE)
		return;
	ip_prefix_format(prefix, text);
	put_text(object, key, text);
}

static json_t *format_bridge(const struct wiring_bridge *bridge)
{
	json_t *object = json_pack(
		"{s:s,s:i,s:b,s:b,s:b,s:b}", "name", bridge->name, "mtu",
		(int)bridge->mtu, "internal", bridge->is_internal,
		"no_masquerade", bridge->has_no_masquerade, "no_talk",
		bridge->has_no_talk, "vlan", bridge->is_vlan);

	put_prefix(object, "ipv4", &bridge->ipv4);
	put_prefix(object, "ipv6", &bridge->ipv6);
	return object;
}

static json_t *format_end(const struct wiring_end *end)
{
	json_t *object = json_pack(
		"{s:s,s:s,s:s,s:i}", "driver", network_driver_name(end->driver),
		"inner", end->inner, "mac", end->mac, "mtu", (int)end->mtu);

	put_text(object, "bridge", end->bridge);
	put_text(object, "parent", end->parent);
	put_text(object, "mode", end->mode);
	put_text(object, "outer", end->outer);
	(void)json_object_set_new(object, "router",
				  json_boolean(end->is_router));
	put_prefix(object, "ipv4", &end->ipv4);
	put_prefix(object, "ipv6", &end->ipv6);
	put_address(object, "gateway4", &end->gateway4);
	put_address(object, "gateway6", &end->gateway6);
	return object;
}

static json_t *format_port(const struct wiring_port *port)
{
	json_t *object = json_pack("{s:s,s:i,s:i}", "protocol", port->protocol,
				   "host_port", (int)port->host_port, "port",
				   (int)port->port);

	put_address(object, "host", &port->host);
	put_address(object, "to", &port->to);
	return object;
}

json_t *wiring_format(const struct wiring *wiring)
{
	json_t *bridges = json_array();
	json_t *ends = json_array();
	json_t *ports = json_array();

	for (size_t i = 0; i < wiring->bridge_count; i++)
		(void)json_array_append_new(bridges,
					    format_bridge(&wiring->bridges[i]));
	for (size_t i = 0; i < wiring->end_count; i++)
		(void)json_array_append_new(ends, format_end(&wiring->ends[i]));
	for (size_t i = 0; i < wiring->port_count; i++)
		(void)json_array_append_new(ports,
					    format_port(&wiring->ports[i]));
	return json_pack("{s:o,s:o,s:o}", "bridges", bridges, "ends", ends,
			 "ports", ports);
}

/* A name that needs no quoting anywhere; "" when it is absent. */
static int get_name(const json_t *object, const char *key,
		    char out[NETWORK_LINK_MAX], struct error *err)
{
	const char *text = NULL;

	out[0] = '\0';
	if (jsonx_opt_string(object, key, NULL, &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	if (!network_is_link_name(text))
		return error_set(err, ERROR_INVALID, "%s: \"%s\" is no name",
				 key, text);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int get_address(const json_t *object, const char *key,
		       struct ip_address *out, struct error *err)
{
	const char *text = NULL;

	*out = (struct ip_address){ IP_NONE, { 0 } };
	if (jsonx_opt_string(object, key, NULL, &text, err) < 0)
		return -1;
	return text ? ip_address_parse(text, out, err) : 0;
}

static int get_prefix(const json_t *object, const char *key,
		      struct ip_prefix *out, struct error *err)
{
	const char *text = NULL;

	*out = (struct ip_prefix){ { IP_NONE, { 0 } }, 0 };
	if (jsonx_opt_string(object, key, NULL, &text, err) < 0)
		return -1;
	return text ? ip_prefix_parse(text, out, err) : 0;
}

static int get_number(const json_t *object, const char *key, int64_t least,
		      unsigned *out, struct error *err)
{
	int64_t value = 0;

	if (jsonx_integer(object, key, least, UINT16_MAX, &value, err) < 0)
		return -1;
	*out = (unsigned)value;
	return 0;
}

static int parse_bridge(const json_t *object, struct wiring *out,
			struct error *err)
{
	struct wiring_bridge *bridge = wiring_add_bridge(out);

	if (get_name(object, "name", bridge->name, err) < 0 ||
	    get_number(object, "mtu", 0, &bridge->mtu, err) < 0 ||
	    get_prefix(object, "ipv4", &bridge->ipv4, err) < 0 ||
	    get_prefix(object, "ipv6", &bridge->ipv6, err) < 0 ||
	    jsonx_opt_bool(object, "internal", &bridge->is_internal, err) < 0 ||
	    jsonx_opt_bool(object, "vlan", &bridge->is_vlan, err) < 0 ||
	    jsonx_opt_bool(object, "no_masquerade", &bridge->has_no_masquerade,
			   err) < 0)
		return -1;
	return jsonx_opt_bool(object, "no_talk", &bridge->has_no_talk, err);
}

static int parse_end(const json_t *object, struct wiring *out,
		     struct error *err)
{
	struct wiring_end *end = wiring_add_end(out);
	const char *driver = NULL;
	const char *mac = NULL;

	if (jsonx_string(object, "driver", &driver, err) < 0 ||
	    get_name(object, "bridge", end->bridge, err) < 0 ||
	    get_name(object, "parent", end->parent, err) < 0 ||
	    get_name(object, "mode", end->mode, err) < 0 ||
	    get_name(object, "outer", end->outer, err) < 0 ||
	    get_name(object, "inner", end->inner, err) < 0 ||
	    jsonx_string(object, "mac", &mac, err) < 0 ||
	    network_mac_parse(mac, end->mac, err) < 0 ||
	    get_number(object, "mtu", 0, &end->mtu, err) < 0 ||
	    jsonx_opt_bool(object, "router", &end->is_router, err) < 0 ||
	    get_prefix(object, "ipv4", &end->ipv4, err) < 0 ||
	    get_prefix(object, "ipv6", &end->ipv6, err) < 0 ||
	    get_address(object, "gateway4", &end->gateway4, err) < 0 ||
	    get_address(object, "gateway6", &end->gateway6, err) < 0)
		return -1;
	end->driver = network_driver_from_name(driver);
	return 0;
}

static int parse_port(const json_t *object, struct wiring *out,
		      struct error *err)
{
	struct wiring_port *port = wiring_add_port(out);
	const char *protocol = NULL;
	unsigned host_port = 0;
	unsigned inner = 0;

	if (jsonx_string(object, "protocol", &protocol, err) < 0 ||
	    get_address(object, "host", &port->host, err) < 0 ||
	    get_address(object, "to", &port->to, err) < 0 ||
	    get_number(object, "host_port", 1, &host_port, err) < 0 ||
	    get_number(object, "port", 1, &inner, err) < 0)
		return -1;
	if (strcmp(protocol, "tcp") != 0 && strcmp(protocol, "udp") != 0 &&
	    strcmp(protocol, "sctp") != 0)
		return error_set(err, ERROR_INVALID, "protocol %s", protocol);
	memcpy(port->protocol, protocol, strlen(protocol) + 1);
	port->host_port = (uint16_t)host_port;
	port->port = (uint16_t)inner;
	return 0;
}

int wiring_parse(const json_t *document, struct wiring *out, struct error *err)
{
	static const struct {
		const char *key;
		int (*parse)(const json_t *object, struct wiring *out,
			     struct error *err);
	} parts[] = {
		{ "bridges", parse_bridge },
		{ "ends", parse_end },
		{ "ports", parse_port },
	};

	*out = (struct wiring)WIRING_INIT;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		json_t *list = NULL;
		const json_t *object;
		size_t index;

		if (jsonx_opt_array(document, parts[i].key, &list, err) < 0)
			return -1;
		json_array_foreach(list, index, object)
		{
			if (parts[i].parse(object, out, err) < 0)
				return error_wrap(err, "%s[%zu]", parts[i].key,
						  index);
		}
	}
	return 0;
}
