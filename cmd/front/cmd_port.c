/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl port */
#include <stdio.h>

#include "base/alloc.h"
#include "cmd/front/container_entry.h"
#include "cmd/front/container_ports_text.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/network/port_map.h"

static const struct usage port_usage = {
	.arguments = "CONTAINER [PRIVATE_PORT[/PROTO]]",
	.summary = "List port mappings or a specific mapping for the container",
	.aliases = "imgctl container port, imgctl port",
	.least = 1,
	.most = 2,
	.complete = OPTION_COMPLETE_CONTAINER,
};

/* "80" and "80/udp" as docker's key. */
static int make_key(const char *text, char **out, struct error *err)
{
	autoclean(port_maps_release) struct port_maps maps = PORT_MAPS_INIT;

	if (port_maps_parse_exposed(text, &maps, err) < 0 || maps.count != 1)
		return error_set(err, ERROR_INVALID, "Invalid port: '%s'",
				 text);
	*out = xasprintf("%u/%s", (unsigned)maps.items[0].port,
			 maps.items[0].protocol);
	return 0;
}

static int list(const struct container_entry *entry, const char *name,
		const char *port, struct error *err)
{
	const json_t *ports = json_object_get(entry->network, "Ports");
	autoclean(strvec_release) struct strvec lines = STRVEC_INIT;
	autofree char *key = NULL;

	if (port && make_key(port, &key, err) < 0)
		return -1;
	container_ports_lines(ports, key, &lines);
	if (port && !lines.count)
		return error_set(err, ERROR_NOT_FOUND,
				 "no public port '%s' published for %s", key,
				 name);
	for (size_t i = 0; i < lines.count; i++)
		(void)puts(lines.items[i]); /* the end checks the stream */
	return 0;
}

int cmd_port(struct command_call *call, struct error *err)
{
	autoclean(container_entry_release) struct container_entry entry = {
		.container = CONTAINER_INIT
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &port_usage,
	};
	char *const *operands;
	struct store *store = NULL;
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	operands = usage.result.operands;
	if (context_store(call->context, &store, err) < 0 ||
	    container_entry_find(store, operands[0], &entry, err) < 0)
		return -1;
	return list(&entry, operands[0], operands[1], err);
}
