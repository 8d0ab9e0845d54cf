/* SPDX-License-Identifier: Apache-2.0 */
/* Adding up interfaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/engine/container_use.h"

static void test_container_use__adds_interfaces_but_the_loopback(void **state)
{
	static const struct {
		const char *text;
		uint64_t received, sent;
		const char *why;
	} rows[] = {
		{ "", 0, 0, "nothing" },
		{ "Inter-|   Receive |  Transmit\n"
		  " face |bytes packets\n"
		  "    lo: 500 1 0 0 0 0 0 0 500 1 0 0 0 0 0 0\n"
		  "  eth0: 100 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n"
		  "  eth1:7 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0\n",
		  107, 23, "headings and lo do not count" },
		{ "eth0: 1 2 3\n", 0, 0, "a short line says nothing" },
		{ "eth0: x\n", 0, 0, "no number" },
		{ "eth0: 9 1 0 0 0 0 0 0 8 1", 9, 8, "no line end" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t received;
		uint64_t sent;

		container_use_parse_network(rows[i].text, &received, &sent);
		if (received != rows[i].received || sent != rows[i].sent)
			fail_msg("%s: %llu and %llu", rows[i].why,
				 (unsigned long long)received,
				 (unsigned long long)sent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_container_use__adds_interfaces_but_the_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
