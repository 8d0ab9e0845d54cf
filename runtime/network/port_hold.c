/* SPDX-License-Identifier: Apache-2.0 */
/* Binding without listening. */
#include "runtime/network/port_hold.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"

enum { ANY_TRIES = 64 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t make_address(const struct ip_address *host, uint16_t port,
			      union address *out)
{
	memset(out, 0, sizeof(*out));
	if (host->family == IP_V6) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		memcpy(&out->v6.sin6_addr, host->bytes, 16);
		return sizeof(out->v6);
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons(port);
	memcpy(&out->v4.sin_addr, host->bytes, 4);
	return sizeof(out->v4);
}

static int open_socket(const struct port_map *map, enum ip_family family)
{
	int domain = family == IP_V6 ? AF_INET6 : AF_INET;
	int one = 1;
	int type = strcmp(map->protocol, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
	int protocol = strcmp(map->protocol, "sctp") == 0 ? IPPROTO_SCTP : 0;
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol);

	if (fd >= 0 && family == IP_V6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Whether only connections that ended a moment ago are in the way. */
static bool is_lingering(const struct port_map *map,
			 const struct ip_address *host, uint16_t port)
{
	autoclose int fd = open_socket(map, host->family);
	union address address;
	socklen_t length = make_address(host, port, &address);
	int one = 1;

	return fd >= 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ==
		       0 &&
	       bind(fd, &address.any, length) == 0 && listen(fd, 1) == 0;
}

/* A bound socket, or -1 and errno. *PORT 0 becomes the one it got. */
static int hold_one(const struct port_map *map, const struct ip_address *host,
		    uint16_t *port)
{
	autoclose int fd = open_socket(map, host->family);
	union address address;
	socklen_t length = make_address(host, *port, &address);
	int one = 1;

	if (fd < 0)
		return -1;
	if (bind(fd, &address.any, length) < 0) {
		if (errno != EADDRINUSE)
			return -1;
		if (strcmp(map->protocol, "tcp") != 0 ||
		    !is_lingering(map, host, *port)) {
			errno = EADDRINUSE;
			return -1;
		}
		if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
			       sizeof(one)) < 0 ||
		    bind(fd, &address.any, length) < 0)
			return -1;
	}
	length = sizeof(address);
	if (getsockname(fd, &address.any, &length) < 0)
		return -1;
	*port = ntohs(host->family == IP_V6 ? address.v6.sin6_port
					    : address.v4.sin_port);
	return TAKE_FD(fd);
}

static void keep(struct port_hold *hold, int fd)
{
	hold->fds = xreallocarray(hold->fds, hold->count + 1,
				  sizeof(*hold->fds));
	hold->fds[hold->count++] = fd;
}

/* Both families at one port; a kernel without IPv6 has only one. */
static int hold_both(const struct port_map *map, struct port_hold *hold,
		     uint16_t *port)
{
	static const struct ip_address any4 = { IP_V4, { 0 } };
	static const struct ip_address any6 = { IP_V6, { 0 } };
	autoclose int one = hold_one(map, &any4, port);
	int other;

	if (one < 0)
		return -1;
	other = hold_one(map, &any6, port);
	if (other < 0 && errno == EADDRINUSE)
		return -1;
	if (other >= 0)
		keep(hold, other);
	keep(hold, TAKE_FD(one));
	return 0;
}

static int hold_port(const struct port_map *map, struct port_hold *hold,
		     uint16_t *port)
{
	int fd;

	if (map->host.family == IP_NONE)
		return hold_both(map, hold, port);
	fd = hold_one(map, &map->host, port);
	if (fd < 0)
		return -1;
	keep(hold, fd);
	return 0;
}

static int say_taken(const struct port_map *map, struct error *err)
{
	char host[IP_TEXT_MAX] = "0.0.0.0";
	int sys = errno;

	if (map->host.family != IP_NONE)
		ip_address_format(&map->host, host);
	if (sys != EADDRINUSE)
		return error_sys(err, sys, "listen %s %s:%u", map->protocol,
				 host, (unsigned)map->host_port);
	return error_set(err, ERROR_BUSY,
			 "Bind for %s:%u failed: port is already allocated",
			 host, (unsigned)map->host_port);
}

int port_hold_take(const struct port_map *map, struct port_hold *hold,
		   uint16_t *port_out, struct error *err)
{
	unsigned last = map->host_last ? map->host_last : map->host_port;

	for (unsigned port = map->host_port, tries = 0; port <= last;) {
		*port_out = (uint16_t)port;
		if (hold_port(map, hold, port_out) == 0)
			return 0;
		/* another program may have the free port's other family */
		if (port != 0 || ++tries == ANY_TRIES)
			port++;
	}
	return say_taken(map, err);
}

void port_hold_release(struct port_hold *hold)
{
	for (size_t i = 0; i < hold->count; i++)
		(void)close(hold->fds[i]);
	free(hold->fds);
	*hold = (struct port_hold)PORT_HOLD_INIT;
}
