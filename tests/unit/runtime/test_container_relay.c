/* SPDX-License-Identifier: Apache-2.0 */
/* Which held socket leads where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtime/engine/container_relay.h"

static const struct ip_address v4 = { IP_V4, { 10, 0, 0, 2 } };
static const struct ip_address v6 = { IP_V6, { 0xfd, [15] = 2 } };

static void hold(const char *protocol, struct ip_address host, uint16_t port,
		 struct port_hold *held, struct container_ports *ports)
{
	struct error err = ERROR_INIT;
	struct port_map map = { .host = host, .port = port };
	struct wiring_port *added = &ports->items[ports->count++];

	memcpy(map.protocol, protocol, strlen(protocol) + 1);
	*added = (struct wiring_port){ .host = host, .port = port };
	memcpy(added->protocol, protocol, strlen(protocol) + 1);
	assert_int_equal(port_hold_take(&map, held, &added->host_port, &err),
			 0);
}

static const struct relay_end *end_of(const struct relay_ports *relay,
				      uint16_t port, size_t nth)
{
	for (size_t i = 0; i < relay->count; i++)
		if (relay->ends[i].port == port && nth-- == 0)
			return &relay->ends[i];
	fail_msg("no end for port %u", (unsigned)port);
	return NULL;
}

static void test_container_relay__leads_ports_to_the_container(void **state)
{
	struct wiring_port items[3];
	struct container_ports ports = { items, 0 };
	struct port_hold held = PORT_HOLD_INIT;
	struct wiring_end end = { .ipv4.address = v4 };
	struct container_relay_plan plan = { &ports, &held, &end, 0, -1 };
	struct relay_ports relay;

	(void)state;
	hold("tcp", (struct ip_address){ IP_V4, { 127, 0, 0, 1 } }, 80, &held,
	     &ports);
	hold("udp", (struct ip_address){ IP_V4, { 127, 0, 0, 1 } }, 53, &held,
	     &ports);
	hold("tcp", (struct ip_address){ IP_NONE, { 0 } }, 81, &held, &ports);
	container_relay_ends(&plan, &relay);
	assert_int_equal(relay.count, held.count);
	assert_false(end_of(&relay, 80, 0)->is_datagram);
	assert_true(end_of(&relay, 53, 0)->is_datagram);
	/* all of them to the one address there is */
	for (size_t i = 0; i < relay.count; i++)
		assert_true(ip_address_is_equal(&relay.ends[i].to, &v4));
	relay_ports_release(&relay);

	/* with both, each to its own family's */
	end.ipv6.address = v6;
	container_relay_ends(&plan, &relay);
	assert_true(ip_address_is_equal(&end_of(&relay, 80, 0)->to, &v4));
	if (held.count == 4) /* this kernel has IPv6 */
		assert_false(end_of(&relay, 81, 0)->to.family ==
			     end_of(&relay, 81, 1)->to.family);
	relay_ports_release(&relay);

	/* root has rules for IPv4, and for the rest */
	plan.home_fd = -1;
	container_relay_ends(&plan, &relay);
	assert_int_equal(relay.count, held.count - 3);
	plan.home_fd = 0;
	relay_ports_release(&relay);

	/* a container without any address is led to by none */
	end = (struct wiring_end){ .driver = NETWORK_BRIDGE };
	container_relay_ends(&plan, &relay);
	assert_int_equal(relay.count, 0);
	relay_ports_release(&relay);
	port_hold_release(&held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_container_relay__leads_ports_to_the_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
