/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as bytes in network order. */
#include "runtime/network/ip_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned ip_family_bits(enum ip_family family)
{
	return family == IP_V4 ? 32 : 128;
}

static size_t bytes_of(enum ip_family family)
{
	return ip_family_bits(family) / 8;
}

static bool read_address(const char *text, struct ip_address *out)
{
	*out = (struct ip_address){ IP_NONE, { 0 } };
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		out->family = IP_V4;
	else if (inet_pton(AF_INET6, text, out->bytes) == 1)
		out->family = IP_V6;
	return out->family != IP_NONE;
}

int ip_address_parse(const char *text, struct ip_address *out,
		     struct error *err)
{
	if (!read_address(text, out))
		return error_set(err, ERROR_INVALID, "invalid IP address: %s",
				 text);
	return 0;
}

void ip_address_format(const struct ip_address *address, char out[IP_TEXT_MAX])
{
	out[0] = '\0';
	if (address->family != IP_NONE)
		(void)inet_ntop(address->family == IP_V4 ? AF_INET : AF_INET6,
				address->bytes, out, IP_TEXT_MAX);
}

bool ip_address_is_equal(const struct ip_address *a, const struct ip_address *b)
{
	return a->family == b->family && a->family != IP_NONE &&
	       ip_address_compare(a, b) == 0;
}

int ip_address_compare(const struct ip_address *a, const struct ip_address *b)
{
	return memcmp(a->bytes, b->bytes, bytes_of(a->family));
}

bool ip_address_add(const struct ip_address *address, uint64_t offset,
		    struct ip_address *out)
{
	uint64_t carry = 0;

	*out = *address;
	for (size_t i = bytes_of(address->family); i > 0; i--) {
		uint64_t sum = out->bytes[i - 1] + (offset & 0xff) + carry;

		out->bytes[i - 1] = (uint8_t)sum;
		carry = sum >> 8;
		offset >>= 8;
	}
	return carry == 0 && offset == 0;
}

bool ip_address_is_any(const struct ip_address *address)
{
	static const uint8_t zero[IP_BYTES_MAX] = { 0 };

	return address->family != IP_NONE &&
	       memcmp(address->bytes, zero, bytes_of(address->family)) == 0;
}

/* The decimal number after the slash; -1 when it is none. */
static long read_bits(const char *text)
{
	char *end;
	long bits;

	if (*text < '0' || *text > '9')
		return -1;
	bits = strtol(text, &end, 10);
	return *end ? -1 : bits;
}

int ip_prefix_parse(const char *text, struct ip_prefix *out, struct error *err)
{
	char address[IP_TEXT_MAX];
	size_t length = strcspn(text, "/");
	long bits = text[length] ? read_bits(text + length + 1) : -1;

	if (length < sizeof(address)) {
		memcpy(address, text, length);
		address[length] = '\0';
	}
	if (length >= sizeof(address) ||
	    !read_address(address, &out->address) || bits < 0 ||
	    bits > (long)ip_family_bits(out->address.family))
		return error_set(err, ERROR_INVALID, "invalid CIDR address: %s",
				 text);
	out->bits = (unsigned)bits;
	return 0;
}

void ip_prefix_format(const struct ip_prefix *prefix, char out[IP_TEXT_MAX])
{
	size_t length;

	ip_address_format(&prefix->address, out);
	length = strlen(out);
	(void)snprintf(out + length, IP_TEXT_MAX - length, "/%u", prefix->bits);
}

/* ADDRESS with all bits after the first BITS set to FILL. */
static struct ip_address fill_behind(const struct ip_prefix *prefix, bool fill)
{
	struct ip_address out = prefix->address;
	size_t bytes = bytes_of(out.family);

	for (size_t i = 0; i < bytes; i++) {
		unsigned before = (unsigned)i * 8;
		unsigned kept = prefix->bits <= before ? 0
				: prefix->bits - before >= 8
					? 8
					: prefix->bits - before;
		uint8_t behind = (uint8_t)(0xffU >> kept);

		out.bytes[i] = (uint8_t)(fill ? out.bytes[i] | behind
					      : out.bytes[i] & ~behind);
	}
	return out;
}

struct ip_address ip_prefix_first(const struct ip_prefix *prefix)
{
	return fill_behind(prefix, false);
}

struct ip_address ip_prefix_last(const struct ip_prefix *prefix)
{
	return fill_behind(prefix, true);
}

bool ip_prefix_has(const struct ip_prefix *prefix,
		   const struct ip_address *address)
{
	struct ip_address first = ip_prefix_first(prefix);
	struct ip_address last = ip_prefix_last(prefix);

	return prefix->address.family == address->family &&
	       ip_address_compare(&first, address) <= 0 &&
	       ip_address_compare(address, &last) <= 0;
}

bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	struct ip_address first_a = ip_prefix_first(a);
	struct ip_address first_b = ip_prefix_first(b);

	return ip_prefix_has(a, &first_b) || ip_prefix_has(b, &first_a);
}
