/* SPDX-License-Identifier: Apache-2.0 */
/* Published and exposed ports, read as docker reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "runtime/network/port_map.h"

struct row {
	const char *text;
	const char *wanted; /* NULL: refused */
	const char *why;
};

/* "HOST|FIRST-LAST>PORT/PROTOCOL " for each map. */
static void show(const struct port_maps *maps, struct strbuf *out)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct port_map *map = &maps->items[i];
		char host[IP_TEXT_MAX];

		ip_address_format(&map->host, host);
		strbuf_addf(out, "%s|%u-%u>%u/%s ", host,
			    (unsigned)map->host_port, (unsigned)map->host_last,
			    (unsigned)map->port, map->protocol);
	}
}

typedef int parse_fn(const char *text, struct port_maps *out,
		     struct error *err);

static void check(const struct row *rows, size_t count, parse_fn *parse)
{
	for (size_t i = 0; i < count; i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(port_maps_release) struct port_maps maps =
			PORT_MAPS_INIT;
		autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
		int rc = parse(rows[i].text, &maps, &err);

		if ((rc == 0) != (rows[i].wanted != NULL))
			fail_msg("%s: %d", rows[i].why, rc);
		if (rc < 0) {
			assert_int_equal(err.kind, ERROR_INVALID);
			continue;
		}
		show(&maps, &got);
		if (strcmp(got.text, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].why, got.text);
	}
}

static void test_port_map__published(void **state)
{
	static const struct row rows[] = {
		{ "80", "|0-0>80/tcp ", "any port of the host" },
		{ "8080:80", "|8080-8080>80/tcp ", "one to one" },
		{ "8080:80/UDP", "|8080-8080>80/udp ", "a protocol, any case" },
		{ "1:2/sctp", "|1-1>2/sctp ", "sctp" },
		{ "127.0.0.1:8080:80", "127.0.0.1|8080-8080>80/tcp ",
		  "an address" },
		{ "127.0.0.1::80", "127.0.0.1|0-0>80/tcp ",
		  "an address, any port" },
		{ ":80", "|0-0>80/tcp ", "an empty port of the host" },
		{ "[::1]:8080:80", "::1|8080-8080>80/tcp ", "IPv6" },
		{ "[::1]::80", "::1|0-0>80/tcp ", "IPv6, any port" },
		{ "90-91:80-81", "|90-90>80/tcp |91-91>81/tcp ", "ranges" },
		{ "80-81", "|0-0>80/tcp |0-0>81/tcp ", "a range, any ports" },
		{ "90-95:80", "|90-95>80/tcp ", "one of a range" },
		{ "65535:65535", "|65535-65535>65535/tcp ", "the last" },
		{ "", NULL, "nothing" },
		{ "8080:", NULL, "no port of the container" },
		{ "0", NULL, "port 0" },
		{ "65536", NULL, "too large" },
		{ "000080", NULL, "too long" },
		{ "+80", NULL, "a sign" },
		{ " 80", NULL, "a blank" },
		{ "80-", NULL, "half a range" },
		{ "81-80", NULL, "a range backwards" },
		{ "80-81-82", NULL, "three ends" },
		{ "90-92:80-81", NULL, "ranges of two lengths" },
		{ "90:80-81", NULL, "a range to one port" },
		{ "80/icmp", NULL, "no such protocol" },
		{ "80/", NULL, "an empty protocol" },
		{ "host:80:80", NULL, "a name" },
		{ "[::1]:80", NULL, "an address alone" },
		{ "1.2.3.4.5:80:80", NULL, "no address" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(*rows), port_maps_parse);
}

static void test_port_map__exposed(void **state)
{
	static const struct row rows[] = {
		{ "80", "|0-0>80/tcp ", "a port" },
		{ "80-81/udp", "|0-0>80/udp |0-0>81/udp ", "a range" },
		{ "80:80", NULL, "a published one" },
		{ "", NULL, "nothing" },
		{ "80/x", NULL, "no such protocol" },
		{ "81-80", NULL, "a range backwards" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(*rows), port_maps_parse_exposed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_map__published),
		cmocka_unit_test(test_port_map__exposed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
