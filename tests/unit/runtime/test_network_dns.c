/* SPDX-License-Identifier: Apache-2.0 */
/* What aardvark-dns is given to read, and resolv.conf before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/strvec.h"
#include "runtime/engine/network_dns.h"
#include "runtime/network/network_lease.h"

#define NAMES(...) ((const char *const[2]){ __VA_ARGS__ })

static struct ip_address address(const char *text)
{
	struct error err = ERROR_INIT;
	struct ip_address out;

	assert_int_equal(ip_address_parse(text, &out, &err), 0);
	return out;
}

static void join(json_t *members, const char *id, const char *ipv4,
		 const char *ipv6, const char *const known[2])
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	struct network_lease lease = { .mac = "02:00:00:00:00:01" };

	lease.ipv4 = address(ipv4);
	if (ipv6)
		lease.ipv6 = address(ipv6);
	for (size_t i = 0; i < 2 && known[i]; i++)
		strvec_add(&names, known[i]);
	network_lease_note(members, id, &lease, &names);
}

static void test_network_dns__lines_of_members(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *members = json_object();
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	struct network network = NETWORK_INIT;

	(void)state;
	network.subnet_count = 2;
	network.subnets[0].gateway = address("10.0.0.1");
	network.subnets[1].gateway = address("fd00::1");
	assert_int_equal(network_dns_format(&network, members, &out, &err), 0);
	assert_int_equal(out.length, 0);
	join(members, "c1", "10.0.0.2", "fd00::2", NAMES("web", "web.alias"));
	join(members, "c2", "10.0.0.3", NULL, NAMES("db", NULL));
	/* nothing that an alias says becomes a line of its own */
	join(members, "c3", "10.0.0.4", NULL,
	     NAMES("a\nc4 10.0.0.9  bank", "a b"));
	join(members, "c5", "10.0.0.5", NULL, NAMES("x,y", "kept"));
	assert_int_equal(network_dns_format(&network, members, &out, &err), 0);
	assert_string_equal(out.text, "10.0.0.1,fd00::1\n"
				      "c1 10.0.0.2 fd00::2 web,web.alias\n"
				      "c2 10.0.0.3  db\n"
				      "c5 10.0.0.5  kept\n");
}

static void test_network_dns__comes_first_in_resolv_conf(void **state)
{
	static const struct {
		const char *text, *named;
	} rows[] = {
		{ "", "nameserver 10.0.0.1\n" },
		{ "search x\nnameserver 1.1.1.1\nnameserver 2.2.2.2\n",
		  "search x\nnameserver 10.0.0.1\nnameserver 1.1.1.1\n"
		  "nameserver 2.2.2.2\n" },
		{ "options ndots:0\n",
		  "options ndots:0\nnameserver 10.0.0.1\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		network_dns_resolv(rows[i].text, "10.0.0.1", &out);
		assert_string_equal(out.text, rows[i].named);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network_dns__lines_of_members),
		cmocka_unit_test(test_network_dns__comes_first_in_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
