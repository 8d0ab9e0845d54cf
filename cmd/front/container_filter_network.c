/* SPDX-License-Identifier: Apache-2.0 */
/* Networks and ports of containers beside those asked for. */
#include "cmd/front/container_filter_network.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/front/shape.h"
#include "runtime/network/port_map.h"

static const char *const keys[] = { "publish", "expose" };

enum { PUBLISH, EXPOSE };

int container_filter_check_ports(const struct filter *given, struct error *err)
{
	const char *value;

	for (size_t key = 0; key < 2; key++) {
		for (size_t i = 0; (value = filter_value(given, keys[key], i));
		     i++) {
			autoclean(port_maps_release) struct port_maps maps =
				PORT_MAPS_INIT;

			if (port_maps_parse_exposed(value, &maps, err) < 0)
				return error_wrap(err, "invalid filter '%s=%s'",
						  keys[key], value);
		}
	}
	return 0;
}

static bool is_named(const struct filter *given, const char *name,
		     const json_t *settings)
{
	return filter_match_exact(given, "network", name) ||
	       filter_match_exact(given, "network",
				  shape_text(settings, "NetworkID"));
}

bool container_filter_on_network(const struct filter *given,
				 const struct container_entry *entry)
{
	const json_t *lists[] = {
		json_object_get(entry->network, "Networks"),
		json_object_get(entry->container.document, "networks"),
	};

	if (!filter_has(given, "network") ||
	    filter_match_exact(
		    given, "network",
		    shape_text(entry->container.host_config, "NetworkMode")))
		return true;
	for (size_t i = 0; i < 2; i++) {
		const char *name;
		const json_t *settings;

		json_object_foreach((json_t *)(uintptr_t)lists[i], name,
				    settings)
		{
			if (is_named(given, name, settings))
				return true;
		}
	}
	return false;
}

/* Whether GIVEN asks by KEY for PORT of the protocol in WORD, "80/tcp". */
static bool is_asked(const struct filter *given, const char *key,
		     unsigned long port, const char *word)
{
	const char *value;

	for (size_t i = 0; (value = filter_value(given, key, i)); i++) {
		autoclean(port_maps_release) struct port_maps maps =
			PORT_MAPS_INIT;
		struct error ignored = ERROR_INIT;

		/* they were checked before */
		if (port_maps_parse_exposed(value, &maps, &ignored) < 0)
			error_release(&ignored);
		for (size_t j = 0; j < maps.count; j++) {
			if (maps.items[j].port == port &&
			    !strcmp(maps.items[j].protocol,
				    word + strcspn(word, "/") + 1))
				return true;
		}
	}
	return false;
}

static bool is_published(const struct filter *given, const char *word,
			 const json_t *bindings)
{
	const json_t *binding;
	size_t index;

	json_array_foreach(bindings, index, binding)
	{
		unsigned long port = strtoul(shape_text(binding, "HostPort"),
					     NULL, 10);

		if (is_asked(given, keys[PUBLISH], port, word))
			return true;
	}
	return false;
}

bool container_filter_has_port(const struct filter *given,
			       const struct container_entry *entry)
{
	const json_t *ports = json_object_get(entry->network, "Ports");
	const char *word;
	const json_t *bindings;

	if (!filter_has(given, keys[PUBLISH]) &&
	    !filter_has(given, keys[EXPOSE]))
		return true;
	json_object_foreach((json_t *)(uintptr_t)ports, word, bindings)
	{
		if (strchr(word, '/') &&
		    (is_asked(given, keys[EXPOSE], strtoul(word, NULL, 10),
			      word) ||
		     is_published(given, word, bindings)))
			return true;
	}
	return false;
}
