/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses chosen on a network: wished ones, free ones, none left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/strvec.h"
#include "runtime/network/network_lease.h"

/* A network of SUBNET with gateway GATEWAY; RANGE may be NULL. */
static struct network network_of(const char *subnet, const char *gateway,
				 const char *range)
{
	static char name[] = "blue";
	struct network network = NETWORK_INIT;
	struct error err = ERROR_INIT;

	network.name = name;
	network.driver = NETWORK_BRIDGE;
	network.subnet_count = 1;
	assert_int_equal(
		ip_prefix_parse(subnet, &network.subnets[0].subnet, &err), 0);
	if (gateway)
		assert_int_equal(ip_address_parse(gateway,
						  &network.subnets[0].gateway,
						  &err),
				 0);
	if (range)
		assert_int_equal(
			ip_prefix_parse(range, &network.subnets[0].range, &err),
			0);
	return network;
}

static void note(json_t *members, unsigned number,
		 const struct network_lease *lease)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	char id[16];

	(void)snprintf(id, sizeof(id), "c%u", number);
	strvec_add(&names, id);
	network_lease_note(members, id, lease, &names);
}

struct fill_row {
	const char *subnet, *gateway, *range;
	const char *wanted; /* what is given, in this order, until none is */
	const char *why;
};

static void test_network_lease__until_none_is_left(void **state)
{
	static const struct fill_row rows[] = {
		{ "10.0.0.0/29", "10.0.0.1", NULL,
		  "10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 ",
		  "not the subnet's own, the gateway's or broadcast" },
		{ "10.0.0.0/29", "10.0.0.3", NULL,
		  "10.0.0.1 10.0.0.2 10.0.0.4 10.0.0.5 10.0.0.6 ",
		  "a gateway in the middle" },
		{ "10.0.0.0/24", "10.0.0.1", "10.0.0.128/30",
		  "10.0.0.128 10.0.0.129 10.0.0.130 10.0.0.131 ",
		  "a range, whose edges are hosts" },
		{ "10.0.0.0/31", "10.0.0.0", NULL, "10.0.0.1 ",
		  "two addresses, both hosts" },
		{ "10.0.0.0/30", NULL, NULL, "10.0.0.1 10.0.0.2 ",
		  "no gateway" },
		{ "fd00::/126", "fd00::1", NULL, "fd00::2 fd00::3 ",
		  "IPv6 has no broadcast" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct network network = network_of(
			rows[i].subnet, rows[i].gateway, rows[i].range);
		json_t *members = json_object();
		const struct network_wish wish = { 0 };
		autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		struct network_lease lease;
		unsigned count = 0;

		while (network_lease_choose(&network, members, &wish, &lease,
					    &err) == 0) {
			char text[IP_TEXT_MAX];

			assert_true(count < 16);
			note(members, count++, &lease);
			ip_address_format(lease.ipv4.family == IP_NONE
						  ? &lease.ipv6
						  : &lease.ipv4,
					  text);
			strbuf_addf(&got, "%s ", text);
		}
		assert_int_equal(err.kind, ERROR_NOT_FOUND);
		if (strcmp(got.text, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].why, got.text);
		json_decref(members);
	}
}

struct wish_row {
	const char *address;
	enum error_kind wanted;
	const char *why;
};

static void test_network_lease__wishes(void **state)
{
	static const struct wish_row rows[] = {
		{ "10.0.0.9", ERROR_NONE, "a free one" },
		{ "10.0.0.2", ERROR_BUSY, "a member's" },
		{ "10.0.0.1", ERROR_BUSY, "the gateway's" },
		{ "10.0.0.0", ERROR_BUSY, "the subnet's own" },
		{ "10.0.0.255", ERROR_BUSY, "broadcast" },
		{ "10.0.1.2", ERROR_INVALID, "outside" },
		{ "fd00::2", ERROR_INVALID, "no such subnet" },
	};
	struct network network = network_of("10.0.0.0/24", "10.0.0.1", NULL);
	json_t *members = json_object();
	struct network_wish none = { 0 };
	struct network_lease lease;
	struct error first = ERROR_INIT;

	(void)state;
	assert_int_equal(
		network_lease_choose(&network, members, &none, &lease, &first),
		0);
	assert_string_equal(lease.mac, "02:42:0a:00:00:02");
	note(members, 1, &lease);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct network_wish wish = { 0 };
		struct ip_address address;

		assert_int_equal(
			ip_address_parse(rows[i].address, &address, &err), 0);
		if (address.family == IP_V4)
			wish.ipv4 = address;
		else
			wish.ipv6 = address;
		(void)!network_lease_choose(&network, members, &wish, &lease,
					    &err);
		if (err.kind != rows[i].wanted)
			fail_msg("%s: %d", rows[i].why, (int)err.kind);
	}
	json_decref(members);
}

static void test_network_lease__reserved_addresses_are_nobodys(void **state)
{
	struct network network = network_of("10.0.0.0/29", "10.0.0.1", NULL);
	json_t *auxiliary = json_pack("{s:s,s:s}", "a", "10.0.0.2", "b",
				      "10.0.0.4");
	json_t *members = json_object();
	struct network_wish wish = { 0 };
	struct network_lease lease;
	struct error err = ERROR_INIT;
	char text[IP_TEXT_MAX];

	(void)state;
	network.subnets[0].auxiliary = auxiliary;
	assert_int_equal(
		network_lease_choose(&network, members, &wish, &lease, &err),
		0);
	ip_address_format(&lease.ipv4, text);
	assert_string_equal(text, "10.0.0.3");
	assert_int_equal(ip_address_parse("10.0.0.4", &wish.ipv4, &err), 0);
	assert_int_equal(
		network_lease_choose(&network, members, &wish, &lease, &err),
		-1);
	assert_int_equal(err.kind, ERROR_BUSY);
	error_release(&err);
	json_decref(auxiliary);
	json_decref(members);
}

static void test_network_lease__is_found_as_noted(void **state)
{
	json_t *members = json_object();
	struct network_lease lease = {
		.ipv4 = { IP_V4, { 10, 0, 0, 2 } },
		.mac = "02:42:0a:00:00:02",
		.outer = "ve0123",
	};
	struct network_lease got;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	note(members, 1, &lease);
	assert_int_equal(network_lease_find(members, "c1", &got, &err), 0);
	assert_true(ip_address_is_equal(&got.ipv4, &lease.ipv4));
	assert_int_equal(got.ipv6.family, IP_NONE);
	assert_string_equal(got.mac, lease.mac);
	assert_string_equal(got.outer, lease.outer);
	assert_int_equal(network_lease_find(members, "c2", &got, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	json_decref(members);
}

struct mac_row {
	const char *text;
	const char *wanted; /* NULL: refused */
	const char *why;
};

static void test_network_lease__mac_addresses(void **state)
{
	static const struct mac_row rows[] = {
		{ "02:42:AC:11:00:02", "02:42:ac:11:00:02", "lower case" },
		{ "03:42:ac:11:00:02", NULL, "many receivers" },
		{ "02:42:ac:11:00", NULL, "five bytes" },
		{ "02:42:ac:11:00:02:03", NULL, "seven bytes" },
		{ "02-42-ac-11-00-02", NULL, "other signs between" },
		{ "02:42:ac:11:00:0g", NULL, "no digit" },
		{ "02:42:ac:11:00: 2", NULL, "a blank for a digit" },
		{ "02:42:ac:11:00:+2", NULL, "a sign for a digit" },
		{ "02:42:ac:11:00:0x", NULL, "a base for a digit" },
		{ "", NULL, "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		char got[NETWORK_MAC_TEXT] = "";
		int rc = network_mac_parse(rows[i].text, got, &err);

		if ((rc == 0) != (rows[i].wanted != NULL))
			fail_msg("%s: %d", rows[i].why, rc);
		if (rc == 0)
			assert_string_equal(got, rows[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network_lease__until_none_is_left),
		cmocka_unit_test(test_network_lease__wishes),
		cmocka_unit_test(
			test_network_lease__reserved_addresses_are_nobodys),
		cmocka_unit_test(test_network_lease__is_found_as_noted),
		cmocka_unit_test(test_network_lease__mac_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
