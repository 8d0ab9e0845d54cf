/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prefixes a host has routes to, as the kernel lists them (proc_net(5)),
 * and those that are still free. Pure.
 */
#ifndef RUNTIME_NETWORK_ROUTE_TABLE_H
#define RUNTIME_NETWORK_ROUTE_TABLE_H

#include "base/cleanup.h"
#include "runtime/network/ip_address.h"

struct route_table {
	struct ip_prefix *items;
	size_t count;
};

#define ROUTE_TABLE_INIT \
	{                \
		NULL, 0  \
	}

/* Free what TABLE holds. */
void route_table_release(struct route_table *table);
DEFINE_CLEANUP(struct route_table, route_table_release)

/* Add a prefix. */
void route_table_add(struct route_table *table, const struct ip_prefix *prefix);

/* Add what /proc/net/route lists as TEXT, default routes excepted. */
void route_table_add_ipv4(struct route_table *table, const char *text);

/* Add what /proc/net/ipv6_route lists as TEXT, but for those of all links. */
void route_table_add_ipv6(struct route_table *table, const char *text);

/* Whether PREFIX overlaps with one of TABLE; that one, or NULL. */
const struct ip_prefix *route_table_clash(const struct route_table *table,
					  const struct ip_prefix *prefix);

/*
 * The first of docker's pools that nothing in TABLE overlaps with: 172.17 to
 * 172.31 (/16), then 192.168.0.0/20 and on. False when all are taken.
 */
bool route_table_find_free(const struct route_table *table,
			   struct ip_prefix *out);

#endif
