/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the kernel's lists of routes. */
#include "runtime/network/route_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void route_table_release(struct route_table *table)
{
	free(table->items);
	*table = (struct route_table)ROUTE_TABLE_INIT;
}

void route_table_add(struct route_table *table, const struct ip_prefix *prefix)
{
	table->items = xreallocarray(table->items, table->count + 1,
				     sizeof(*table->items));
	table->items[table->count++] = *prefix;
}

static unsigned count_bits(unsigned mask)
{
	return (unsigned)__builtin_popcount(mask);
}

static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return text + (*text == '\n');
}

/* Destination and mask are in network order, printed as a host's number. */
void route_table_add_ipv4(struct route_table *table, const char *text)
{
	for (text = next_line(text); *text; text = next_line(text)) {
		struct ip_prefix prefix = { { IP_V4, { 0 } }, 0 };
		unsigned destination;
		unsigned mask;

		if (sscanf(text, "%*s %8x %*x %*x %*d %*d %*d %8x",
			   &destination, &mask) != 2 ||
		    !mask)
			continue;
		memcpy(prefix.address.bytes, &destination, 4);
		prefix.bits = count_bits(mask);
		route_table_add(table, &prefix);
	}
}

static bool read_hex(const char *text, uint8_t out[16])
{
	for (size_t i = 0; i < 16; i++) {
		unsigned byte;

		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		out[i] = (uint8_t)byte;
	}
	return true;
}

void route_table_add_ipv6(struct route_table *table, const char *text)
{
	for (; *text; text = next_line(text)) {
		struct ip_prefix prefix = { { IP_V6, { 0 } }, 0 };

		if (strcspn(text, " \n") != 32 ||
		    !read_hex(text, prefix.address.bytes) ||
		    sscanf(text + 32, "%x", &prefix.bits) != 1 ||
		    prefix.bits == 0 || prefix.bits > 128)
			continue;
		/* fe80:: and ff00:: are every link's */
		if (prefix.address.bytes[0] < 0xfe)
			route_table_add(table, &prefix);
	}
}

const struct ip_prefix *route_table_clash(const struct route_table *table,
					  const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < table->count; i++) {
		if (ip_prefix_overlaps(&table->items[i], prefix))
			return &table->items[i];
	}
	return NULL;
}

static bool take(const struct route_table *table, struct ip_prefix prefix,
		 struct ip_prefix *out)
{
	if (route_table_clash(table, &prefix))
		return false;
	*out = prefix;
	return true;
}

bool route_table_find_free(const struct route_table *table,
			   struct ip_prefix *out)
{
	for (unsigned i = 17; i < 32; i++) {
		struct ip_prefix prefix = {
			{ IP_V4, { 172, (uint8_t)i, 0, 0 } }, 16
		};

		if (take(table, prefix, out))
			return true;
	}
	for (unsigned i = 0; i < 256; i += 16) {
		struct ip_prefix prefix = {
			{ IP_V4, { 192, 168, (uint8_t)i, 0 } }, 20
		};

		if (take(table, prefix, out))
			return true;
	}
	return false;
}
