/* SPDX-License-Identifier: Apache-2.0 */
/* From HostConfig.PortBindings to held ports. */
#include "runtime/engine/container_ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/engine/spec_request.h"

void container_ports_release(struct container_ports *ports)
{
	free(ports->items);
	*ports = (struct container_ports)CONTAINER_PORTS_INIT;
}

/* KEY is "80/tcp"; BINDING docker's {HostIp, HostPort}. */
static int read_binding(const char *key, const json_t *binding,
			struct port_maps *out, struct error *err)
{
	const char *host = spec_string(binding, "HostIp");
	const char *port = spec_string(binding, "HostPort");
	bool is_ipv6 = strchr(host, ':');
	autofree char *text = xasprintf("%s%s%s:%s:%s", is_ipv6 ? "[" : "",
					host, is_ipv6 ? "]" : "", port, key);

	return port_maps_parse(text, out, err);
}

static int read_bindings(const json_t *bindings, struct port_maps *out,
			 struct error *err)
{
	const char *key;
	const json_t *list;

	json_object_foreach((json_t *)(uintptr_t)bindings, key, list)
	{
		const json_t *binding;
		size_t index;

		json_array_foreach(list, index, binding)
		{
			if (read_binding(key, binding, out, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int read_exposed(const struct container *container,
			struct port_maps *out, struct error *err)
{
	const json_t *bindings = json_object_get(container->host_config,
						 "PortBindings");
	const json_t *exposed = json_object_get(container->config,
						"ExposedPorts");
	const char *key;
	const json_t *ignored;

	if (!json_is_true(
		    json_object_get(container->host_config, "PublishAllPorts")))
		return 0;
	json_object_foreach((json_t *)(uintptr_t)exposed, key, ignored)
	{
		(void)ignored;
		if (!json_object_get(bindings, key) &&
		    port_maps_parse_exposed(key, out, err) < 0)
			return -1;
	}
	return 0;
}

int container_ports_take(const struct container *container,
			 struct port_hold *hold, struct container_ports *out,
			 struct error *err)
{
	autoclean(port_maps_release) struct port_maps maps = PORT_MAPS_INIT;

	if (read_bindings(
		    json_object_get(container->host_config, "PortBindings"),
		    &maps, err) < 0 ||
	    read_exposed(container, &maps, err) < 0)
		return -1;
	out->items = xcalloc(maps.count + 1, sizeof(*out->items));
	for (size_t i = 0; i < maps.count; i++) {
		const struct port_map *map = &maps.items[i];
		struct wiring_port *port = &out->items[out->count];

		if (port_hold_take(map, hold, &port->host_port, err) < 0)
			return -1;
		port->host = map->host;
		port->port = map->port;
		memcpy(port->protocol, map->protocol, sizeof(port->protocol));
		out->count++;
	}
	return 0;
}

static void describe_one(json_t *list, const char *host, unsigned port)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "%u", port);
	(void)json_array_append_new(
		list, json_pack("{s:s,s:s}", "HostIp", host, "HostPort", text));
}

static void describe(const struct wiring_port *port, json_t *out)
{
	char key[32];
	char host[IP_TEXT_MAX];
	json_t *list;

	(void)snprintf(key, sizeof(key), "%u/%s", (unsigned)port->port,
		       port->protocol);
	list = json_object_get(out, key);
	if (!json_is_array(list)) {
		list = json_array();
		(void)json_object_set_new(out, key, list);
	}
	if (port->host.family != IP_NONE) {
		ip_address_format(&port->host, host);
		describe_one(list, host, port->host_port);
		return;
	}
	describe_one(list, "0.0.0.0", port->host_port);
	describe_one(list, "::", port->host_port);
}

json_t *container_ports_describe(const struct container *container,
				 const struct container_ports *ports)
{
	const json_t *exposed = json_object_get(container->config,
						"ExposedPorts");
	json_t *out = json_object();
	const char *key;
	const json_t *ignored;

	json_object_foreach((json_t *)(uintptr_t)exposed, key, ignored)
	{
		(void)ignored;
		(void)json_object_set_new(out, key, json_null());
	}
	for (size_t i = 0; i < ports->count; i++)
		describe(&ports->items[i], out);
	return out;
}
