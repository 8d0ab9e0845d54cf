/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of a host as the kernel lists them, and what they leave free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "runtime/network/route_table.h"

static const char head[] =
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n";

static void check_clash(const struct route_table *table, const char *prefix,
			const char *wanted)
{
	struct error err = ERROR_INIT;
	struct ip_prefix asked;
	const struct ip_prefix *got;
	char text[IP_TEXT_MAX] = "";

	assert_int_equal(ip_prefix_parse(prefix, &asked, &err), 0);
	got = route_table_clash(table, &asked);
	if (got)
		ip_prefix_format(got, text);
	assert_string_equal(text, wanted);
}

static void test_route_table__ipv4(void **state)
{
	autoclean(route_table_release) struct route_table table =
		ROUTE_TABLE_INIT;
	char text[512];

	(void)state;
	(void)snprintf(text, sizeof(text), "%s%s", head,
		       "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n"
		       "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
		       "a line that is none\n"
		       "br0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF");
	route_table_add_ipv4(&table, text);
	assert_int_equal(table.count, 2);
	check_clash(&table, "10.0.0.128/25", "10.0.0.0/24");
	check_clash(&table, "172.17.9.0/24", "172.17.0.0/16");
	check_clash(&table, "172.18.0.0/16", "");
}

static void test_route_table__ipv6(void **state)
{
	static const char text[] = "fd000000000000000000000000000000 40 "
				   "00000000000000000000000000000000 00 x\n"
				   "fe800000000000000000000000000000 40 x\n"
				   "ff000000000000000000000000000000 08 x\n"
				   "00000000000000000000000000000000 00 x\n"
				   "fd01 40 x\n"
				   "fd02000000000000000000000000000g 40 x\n"
				   "fd030000000000000000000000000000 81 x\n";
	autoclean(route_table_release) struct route_table table =
		ROUTE_TABLE_INIT;

	(void)state;
	route_table_add_ipv6(&table, text);
	check_clash(&table, "fd00::1/128", "fd00::/64");
	check_clash(&table, "fe80::/64", "");
	check_clash(&table, "fd03::/64", "");
	check_clash(&table, "2001:db8::/32", "");
}

static void add(struct route_table *table, const char *text)
{
	struct error err = ERROR_INIT;
	struct ip_prefix prefix;

	assert_int_equal(ip_prefix_parse(text, &prefix, &err), 0);
	route_table_add(table, &prefix);
}

static void test_route_table__what_is_free(void **state)
{
	static const char *const rows[][2] = {
		{ "10.0.0.0/8", "172.17.0.0/16" },
		{ "172.17.4.0/24", "172.18.0.0/16" },
		{ "172.16.0.0/12", "192.168.0.0/20" },
		{ "192.168.15.0/24", "192.168.16.0/20" },
		{ "192.168.0.0/16", NULL },
	};
	autoclean(route_table_release) struct route_table table =
		ROUTE_TABLE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ip_prefix free_one;
		char text[IP_TEXT_MAX];

		add(&table, rows[i][0]);
		if (!rows[i][1]) {
			assert_false(route_table_find_free(&table, &free_one));
			continue;
		}
		assert_true(route_table_find_free(&table, &free_one));
		ip_prefix_format(&free_one, text);
		assert_string_equal(text, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route_table__ipv4),
		cmocka_unit_test(test_route_table__ipv6),
		cmocka_unit_test(test_route_table__what_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
