/* SPDX-License-Identifier: Apache-2.0 */
/* Reading published ports. */
#include "runtime/network/port_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

struct range {
	unsigned first, last;
};

/* The parts of a text; borrowed from a copy of it. */
struct parts {
	char *host, *host_port, *port;
	const char *protocol;
};

void port_maps_release(struct port_maps *maps)
{
	free(maps->items);
	*maps = (struct port_maps)PORT_MAPS_INIT;
}

static bool read_port(const char *text, size_t length, unsigned least,
		      unsigned *out)
{
	unsigned value = 0;

	if (length == 0 || length > 5)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	*out = value;
	return value >= least && value <= UINT16_MAX;
}

static bool read_range(const char *text, unsigned least, struct range *out)
{
	size_t length = strcspn(text, "-");

	if (!read_port(text, length, least, &out->first))
		return false;
	out->last = out->first;
	return !text[length] ||
	       (read_port(text + length + 1, strlen(text + length + 1), least,
			  &out->last) &&
		out->last >= out->first);
}

/* The name as it is kept; NULL when it is none. */
static const char *find_protocol(const char *protocol)
{
	static const char *const known[] = { "tcp", "udp", "sctp" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcasecmp(protocol, known[i]))
			return known[i];
	return NULL;
}

static int read_protocol(const char *protocol, const char *text,
			 struct parts *out, struct error *err)
{
	out->protocol = find_protocol(protocol);
	if (out->protocol)
		return 0;
	return error_set(err, ERROR_INVALID, "invalid proto: %s in %s",
			 protocol, text);
}

/* Splits COPY, which TEXT says in errors. */
static int split(char *copy, const char *text, struct parts *out,
		 struct error *err)
{
	char *slash = strrchr(copy, '/');
	char *colon;

	*out = (struct parts){ NULL, NULL, NULL, "tcp" };
	if (slash) {
		*slash = '\0';
		if (read_protocol(slash + 1, text, out, err) < 0)
			return -1;
	}
	colon = strrchr(copy, ':');
	out->port = colon ? colon + 1 : copy;
	if (!colon)
		return 0;
	*colon = '\0';
	/* [::1]:80:80 has its last colon before the host's port */
	colon = strrchr(copy, ':');
	if (colon && strchr(colon, ']'))
		return error_set(err, ERROR_INVALID,
				 "invalid publish opts format (should be "
				 "name=value but got '%s')",
				 text);
	out->host_port = colon ? colon + 1 : copy;
	if (!colon)
		return 0;
	*colon = '\0';
	out->host = copy;
	return 0;
}

static int read_host(char *host, struct ip_address *out, struct error *err)
{
	size_t length = strlen(host);

	*out = (struct ip_address){ IP_NONE, { 0 } };
	if (!length)
		return 0;
	if (host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		host++;
	}
	if (ip_address_parse(host, out, err) < 0)
		return error_set(err, ERROR_INVALID, "invalid IP address: %s",
				 host);
	return 0;
}

static struct port_map *append(struct port_maps *maps)
{
	maps->items = xreallocarray(maps->items, maps->count + 1,
				    sizeof(*maps->items));
	maps->items[maps->count] = (struct port_map){ 0 };
	return &maps->items[maps->count++];
}

static void add(const struct parts *parts, const struct ip_address *host,
		struct range host_range, unsigned port, struct port_maps *out)
{
	struct port_map *map = append(out);

	map->host = *host;
	map->host_port = (uint16_t)host_range.first;
	map->host_last = (uint16_t)host_range.last;
	map->port = (uint16_t)port;
	(void)snprintf(map->protocol, sizeof(map->protocol), "%s",
		       parts->protocol);
}

static int add_all(const struct parts *parts, const char *text,
		   struct port_maps *out, struct error *err)
{
	struct range inner;
	struct range outer = { 0, 0 };
	struct ip_address host = { IP_NONE, { 0 } };
	bool has_outer = parts->host_port && *parts->host_port;

	if (!read_range(parts->port, 1, &inner))
		return error_set(err, ERROR_INVALID,
				 "invalid containerPort: %s", parts->port);
	if (has_outer && !read_range(parts->host_port, 0, &outer))
		return error_set(err, ERROR_INVALID, "invalid hostPort: %s",
				 parts->host_port);
	if (parts->host && read_host(parts->host, &host, err) < 0)
		return -1;
	if (inner.first == inner.last) {
		add(parts, &host, outer, inner.first, out);
		return 0;
	}
	if (has_outer && outer.last - outer.first != inner.last - inner.first)
		return error_set(err, ERROR_INVALID,
				 "invalid ranges specified for container and "
				 "host Ports: %s",
				 text);
	for (unsigned i = 0; i <= inner.last - inner.first; i++) {
		unsigned port = has_outer ? outer.first + i : 0;

		add(parts, &host, (struct range){ port, port }, inner.first + i,
		    out);
	}
	return 0;
}

int port_maps_parse(const char *text, struct port_maps *out, struct error *err)
{
	autofree char *copy = xstrdup(text);
	struct parts parts;

	if (!*text)
		return error_set(err, ERROR_INVALID, "no port specified: %s",
				 "<empty>");
	if (split(copy, text, &parts, err) < 0)
		return -1;
	if (!*parts.port)
		return error_set(err, ERROR_INVALID, "no port specified: %s",
				 text);
	return add_all(&parts, text, out, err);
}

int port_maps_parse_exposed(const char *text, struct port_maps *out,
			    struct error *err)
{
	autofree char *copy = xstrdup(text);
	struct parts parts;

	if (strchr(text, ':'))
		return error_set(err, ERROR_INVALID,
				 "invalid port format for --expose: %s", text);
	if (split(copy, text, &parts, err) < 0)
		return -1;
	if (add_all(&parts, text, out, err) < 0)
		return error_set(err, ERROR_INVALID,
				 "invalid range format for --expose: %s",
				 parts.port);
	return 0;
}
