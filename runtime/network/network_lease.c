/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing free addresses. */
#include "runtime/network/network_lease.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

/* Enough to find the one free address among the members of a network. */
enum { SEARCH_MAX = 1 << 20 };

/* A sorted list of the addresses that members have. */
struct taken {
	struct ip_address *items;
	size_t count;
};

static void taken_release(struct taken *taken)
{
	free(taken->items);
}
DEFINE_CLEANUP(struct taken, taken_release)

static int compare(const void *a, const void *b)
{
	return ip_address_compare(a, b);
}

static const char *key_of(enum ip_family family)
{
	return family == IP_V4 ? "IPv4" : "IPv6";
}

static void collect(const json_t *members, enum ip_family family,
		    struct taken *out)
{
	const char *id;
	const json_t *member;

	out->items = xcalloc(json_object_size(members) + 1,
			     sizeof(*out->items));
	json_object_foreach((json_t *)(uintptr_t)members, id, member)
	{
		struct error ignored = ERROR_INIT;
		const char *text = json_string_value(
			json_object_get(member, key_of(family)));

		if (!text || ip_address_parse(text, &out->items[out->count],
					      &ignored) < 0) {
			error_release(&ignored);
			continue;
		}
		if (out->items[out->count].family == family)
			out->count++;
	}
	qsort(out->items, out->count, sizeof(*out->items), compare);
}

static bool is_taken(const struct taken *taken,
		     const struct ip_address *address)
{
	return bsearch(address, taken->items, taken->count,
		       sizeof(*taken->items), compare) != NULL;
}

/* They are kept in the one spelling that addresses are formatted in. */
static bool is_auxiliary(const struct network_subnet *subnet,
			 const struct ip_address *address)
{
	char text[IP_TEXT_MAX];
	const char *name;
	json_t *value;

	if (!subnet->auxiliary)
		return false;
	ip_address_format(address, text);
	json_object_foreach((json_t *)(uintptr_t)subnet->auxiliary, name, value)
	{
		if (json_is_string(value) &&
		    !strcmp(json_string_value(value), text))
			return true;
	}
	return false;
}

/*
 * The subnet's own address, IPv4's broadcast, the gateway and what somebody
 * else has are nobody's.
 */
static bool is_reserved(const struct network_subnet *subnet,
			const struct ip_address *address)
{
	struct ip_address first = ip_prefix_first(&subnet->subnet);
	struct ip_address last = ip_prefix_last(&subnet->subnet);
	unsigned bits = ip_family_bits(address->family);

	if (ip_address_is_equal(address, &subnet->gateway) ||
	    is_auxiliary(subnet, address))
		return true;
	if (subnet->subnet.bits + 1 >= bits)
		return false; /* RFC 3021: both of two are hosts */
	return ip_address_is_equal(address, &first) ||
	       (address->family == IP_V4 &&
		ip_address_is_equal(address, &last));
}

static int take_wished(const struct network_subnet *subnet,
		       const struct taken *taken, const struct ip_address *wish,
		       struct error *err)
{
	char text[IP_TEXT_MAX];
	char prefix[IP_TEXT_MAX];

	ip_address_format(wish, text);
	ip_prefix_format(&subnet->subnet, prefix);
	if (!ip_prefix_has(&subnet->subnet, wish))
		return error_set(err, ERROR_INVALID,
				 "invalid address %s: it does not belong to "
				 "the subnet %s",
				 text, prefix);
	if (is_taken(taken, wish) || is_reserved(subnet, wish))
		return error_set(err, ERROR_BUSY, "Address already in use: %s",
				 text);
	return 0;
}

static int take_free(const struct network_subnet *subnet,
		     const struct taken *taken, struct ip_address *out,
		     struct error *err)
{
	const struct ip_prefix *range = subnet->range.address.family == IP_NONE
						? &subnet->subnet
						: &subnet->range;
	struct ip_address first = ip_prefix_first(range);
	char text[IP_TEXT_MAX];

	for (uint64_t offset = 0; offset < SEARCH_MAX; offset++) {
		if (!ip_address_add(&first, offset, out) ||
		    !ip_prefix_has(range, out))
			break;
		if (!is_reserved(subnet, out) && !is_taken(taken, out))
			return 0;
	}
	ip_prefix_format(range, text);
	return error_set(err, ERROR_NOT_FOUND,
			 "no available IPv%d addresses on this network's "
			 "address pools: %s",
			 (int)range->address.family, text);
}

static int choose(const struct network *network, const json_t *members,
		  enum ip_family family, const struct ip_address *wish,
		  struct ip_address *out, struct error *err)
{
	const struct network_subnet *subnet = network_subnet_of(network,
								family);
	autoclean(taken_release) struct taken taken = { NULL, 0 };

	*out = (struct ip_address){ IP_NONE, { 0 } };
	if (!subnet)
		return wish->family == IP_NONE
			       ? 0
			       : error_set(err, ERROR_INVALID,
					   "network %s has no IPv%d subnet",
					   network->name, (int)family);
	collect(members, family, &taken);
	if (wish->family == IP_NONE)
		return take_free(subnet, &taken, out, err);
	*out = *wish;
	return take_wished(subnet, &taken, wish, err);
}

/* Six pairs of digits with colons between. */
static bool is_mac(const char *text)
{
	if (strlen(text) != NETWORK_MAC_TEXT - 1)
		return false;
	for (size_t i = 0; i < NETWORK_MAC_TEXT - 1; i++) {
		if (i % 3 == 2 ? text[i] != ':'
			       : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

int network_mac_parse(const char *text, char out[NETWORK_MAC_TEXT],
		      struct error *err)
{
	/* the first byte's lowest bit means many receivers */
	if (!is_mac(text) || (strtoul(text, NULL, 16) & 1))
		return error_set(err, ERROR_INVALID, "invalid MAC address: %s",
				 text);
	for (size_t i = 0; i < NETWORK_MAC_TEXT; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	return 0;
}

/* As docker: 02:42 and the IPv4 address, so that it is one network's alone. */
static void choose_mac(struct network_lease *lease, const char *wish)
{
	const uint8_t *bytes = lease->ipv4.family == IP_V4
				       ? lease->ipv4.bytes
				       : lease->ipv6.bytes + 12;

	if (*wish)
		memcpy(lease->mac, wish, sizeof(lease->mac));
	else
		(void)snprintf(lease->mac, sizeof(lease->mac),
			       "02:42:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
			       bytes[2], bytes[3]);
}

int network_lease_choose(const struct network *network, const json_t *members,
			 const struct network_wish *wish,
			 struct network_lease *out, struct error *err)
{
	*out = (struct network_lease){ 0 };
	if (choose(network, members, IP_V4, &wish->ipv4, &out->ipv4, err) < 0 ||
	    choose(network, members, IP_V6, &wish->ipv6, &out->ipv6, err) < 0)
		return -1;
	choose_mac(out, wish->mac);
	return 0;
}

static void note_address(json_t *member, const struct ip_address *address,
			 enum ip_family family)
{
	char text[IP_TEXT_MAX];

	if (address->family == IP_NONE)
		return;
	ip_address_format(address, text);
	(void)json_object_set_new(member, key_of(family), json_string(text));
}

void network_lease_note(json_t *members, const char *id,
			const struct network_lease *lease,
			const struct strvec *names)
{
	json_t *member = json_object();

	note_address(member, &lease->ipv4, IP_V4);
	note_address(member, &lease->ipv6, IP_V6);
	(void)json_object_set_new(member, "MAC", json_string(lease->mac));
	(void)json_object_set_new(member, "Outer", json_string(lease->outer));
	(void)json_object_set_new(member, "Names", jsonx_from_strvec(names));
	(void)json_object_set_new(members, id, member);
}

static int read_address(const json_t *member, enum ip_family family,
			struct ip_address *out, struct error *err)
{
	const char *text = NULL;

	*out = (struct ip_address){ IP_NONE, { 0 } };
	if (jsonx_opt_string(member, key_of(family), NULL, &text, err) < 0)
		return -1;
	return text ? ip_address_parse(text, out, err) : 0;
}

int network_lease_find(const json_t *members, const char *id,
		       struct network_lease *out, struct error *err)
{
	const json_t *member = json_object_get(members, id);
	const char *mac = NULL;
	const char *outer = NULL;

	*out = (struct network_lease){ 0 };
	if (!member)
		return error_set(err, ERROR_NOT_FOUND,
				 "container %s is not on this network", id);
	if (read_address(member, IP_V4, &out->ipv4, err) < 0 ||
	    read_address(member, IP_V6, &out->ipv6, err) < 0 ||
	    jsonx_string(member, "MAC", &mac, err) < 0 ||
	    jsonx_string(member, "Outer", &outer, err) < 0)
		return -1;
	if (strlen(outer) < sizeof(out->outer))
		memcpy(out->outer, outer, strlen(outer) + 1);
	return network_mac_parse(mac, out->mac, err);
}
