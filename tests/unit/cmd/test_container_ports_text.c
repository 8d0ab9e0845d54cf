/* SPDX-License-Identifier: Apache-2.0 */
/* A container's ports as ps and port show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cmd/front/container_ports_text.h"

struct row {
	const char *ports, *text, *lines, *why;
};

#define AT(host, port) "{\"HostIp\":\"" host "\",\"HostPort\":\"" port "\"}"

static void test_container_ports_text__rows(void **state)
{
	static const struct row rows[] = {
		{ "{}", "", "", "no ports" },
		{ "{\"80/tcp\":null}", "80/tcp", "", "only exposed" },
		{ "{\"80/tcp\":[" AT("0.0.0.0", "8080") "," AT("::",
							       "8080") "]}",
		  "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
		  "80/tcp -> 0.0.0.0:8080;80/tcp -> [::]:8080;",
		  "both families" },
		{ "{\"82/tcp\":null,\"80/tcp\":null,\"81/tcp\":null}",
		  "80-82/tcp", "", "a run that is exposed" },
		{ "{\"80/tcp\":null,\"81/udp\":null}", "80/tcp, 81/udp", "",
		  "two protocols are no run" },
		{ "{\"81/tcp\":[" AT("1.2.3.4", "81") "],\"80/tcp\":[" AT(
			  "1.2.3.4", "80") "]}",
		  "1.2.3.4:80-81->80-81/tcp",
		  "80/tcp -> 1.2.3.4:80;81/tcp -> 1.2.3.4:81;",
		  "a run of the same ports outside" },
		{ "{\"81/tcp\":[" AT("1.2.3.4", "91") "],\"80/tcp\":[" AT(
			  "1.2.3.4", "90") "]}",
		  "1.2.3.4:90->80/tcp, 1.2.3.4:91->81/tcp",
		  "80/tcp -> 1.2.3.4:90;81/tcp -> 1.2.3.4:91;",
		  "others outside are each shown" },
		{ "{\"80/tcp\":[" AT("0.0.0.0", "8080") "],\"443/tcp\":null}",
		  "443/tcp, 0.0.0.0:8080->80/tcp", "80/tcp -> 0.0.0.0:8080;",
		  "those with others come last" },
		{ "{\"1000/tcp\":[" AT("::", "2") "],\"9/tcp\":[" AT("::",
								     "1") "]}",
		  "[::]:1->9/tcp, [::]:2->1000/tcp",
		  "9/tcp -> [::]:1;1000/tcp -> [::]:2;", "sorted as numbers" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf lines = STRBUF_INIT;
		autoclean(strvec_release) struct strvec list = STRVEC_INIT;
		json_t *ports = json_loads(rows[i].ports, 0, NULL);

		assert_non_null(ports);
		container_ports_text(ports, &text);
		container_ports_lines(ports, NULL, &list);
		for (size_t k = 0; k < list.count; k++)
			strbuf_addf(&lines, "%s;", list.items[k]);
		if (strcmp(text.length ? text.text : "", rows[i].text) != 0)
			fail_msg("%s: %s", rows[i].why, text.text);
		if (strcmp(lines.length ? lines.text : "", rows[i].lines) != 0)
			fail_msg("%s: %s", rows[i].why, lines.text);
		json_decref(ports);
	}
}

static void test_container_ports_text__one_port(void **state)
{
	json_t *ports = json_loads(
		"{\"80/tcp\":[" AT("::", "1") "],\"80/udp\":[" AT("::",
								  "2") "]}",
		0, NULL);
	autoclean(strvec_release) struct strvec list = STRVEC_INIT;

	(void)state;
	container_ports_lines(ports, "80/udp", &list);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0], "[::]:2");
	json_decref(ports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container_ports_text__rows),
		cmocka_unit_test(test_container_ports_text__one_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
