/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 and IPv6 addresses and prefixes as values, in network order. What is of
 * no family is no address. Pure.
 */
#ifndef RUNTIME_NETWORK_IP_ADDRESS_H
#define RUNTIME_NETWORK_IP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { IP_BYTES_MAX = 16, IP_TEXT_MAX = 64 };

enum ip_family {
	IP_NONE = 0,
	IP_V4 = 4,
	IP_V6 = 6,
};

struct ip_address {
	enum ip_family family; /* IP_NONE: no address */
	uint8_t bytes[IP_BYTES_MAX];
};

/* An address and how many of its bits name the network. */
struct ip_prefix {
	struct ip_address address;
	unsigned bits;
};

/* Read a numeric address; INVALID for anything else. */
int ip_address_parse(const char *text, struct ip_address *out,
		     struct error *err) must_check;

/* Write "172.17.0.2" or "fd00::2" into OUT. */
void ip_address_format(const struct ip_address *address, char out[IP_TEXT_MAX]);

/* Whether both are of one family and equal. */
bool ip_address_is_equal(const struct ip_address *a,
			 const struct ip_address *b);

/* Of one family: below 0, 0 or above 0 as in memcmp(3). */
int ip_address_compare(const struct ip_address *a, const struct ip_address *b);

/* ADDRESS and OFFSET more; false when there is no such address. */
bool ip_address_add(const struct ip_address *address, uint64_t offset,
		    struct ip_address *out);

/* 0.0.0.0 and ::. */
bool ip_address_is_any(const struct ip_address *address);

/* Read "172.17.0.0/16"; the bits behind the prefix are kept. */
int ip_prefix_parse(const char *text, struct ip_prefix *out,
		    struct error *err) must_check;

/* Write "172.17.0.1/16". */
void ip_prefix_format(const struct ip_prefix *prefix, char out[IP_TEXT_MAX]);

/* How many bits an address of this family has: 32 or 128. */
unsigned ip_family_bits(enum ip_family family);

/* The network's own address: all bits behind the prefix cleared. */
struct ip_address ip_prefix_first(const struct ip_prefix *prefix);

/* The last address of the prefix. */
struct ip_address ip_prefix_last(const struct ip_prefix *prefix);

/* Whether ADDRESS lies within PREFIX. */
bool ip_prefix_has(const struct ip_prefix *prefix,
		   const struct ip_address *address);

/* Whether an address lies within both. */
bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b);

#endif
