/* SPDX-License-Identifier: Apache-2.0 */
/* hosts and resolv.conf of a container. */
#include "runtime/engine/container_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/jsonx.h"

#define OWN                                           \
	"127.0.0.1\tlocalhost\n"                      \
	"::1\tlocalhost ip6-localhost ip6-loopback\n" \
	"fe00::\tip6-localnet\n"                      \
	"ff00::\tip6-mcastprefix\n"                   \
	"ff02::1\tip6-allnodes\n"                     \
	"ff02::2\tip6-allrouters\n"

static void test_container_files__hosts(void **state)
{
	static const struct {
		const char *host;
		const char *want;
		const char *why;
	} rows[] = {
		{ "{}", OWN, "the loopback's names" },
		{ "{\"ExtraHosts\":null}", OWN, "none asked for" },
		{ "{\"ExtraHosts\":[\"a:10.0.0.1\",\"b:fe80::1\"]}",
		  OWN "10.0.0.1\ta\nfe80::1\tb\n",
		  "the first colon parts name and address" },
		{ "{\"ExtraHosts\":[\"a=::1\",\"b:[fe80::1]\"]}",
		  OWN "::1\ta\nfe80::1\tb\n", "docker's other spellings" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(jsonx_free)
			json_t *host = json_loads(rows[i].host, 0, NULL);

		container_files_hosts(host, &text);
		if (strcmp(text.text, rows[i].want) != 0)
			fail_msg("%s:\n%s", rows[i].why, text.text);
	}
}

static void test_container_files__resolv(void **state)
{
	static const struct {
		const char *host;
		const char *text; /* the host's own */
		const char *want;
		const char *why;
	} rows[] = {
		{ "{}", "nameserver 10.0.0.1\nsearch a b\n",
		  "nameserver 10.0.0.1\nsearch a b\n", "the host's" },
		{ "{}", "# c\n; d\n\nnameserver 10.0.0.1",
		  "nameserver 10.0.0.1\n", "comments go, the end is mended" },
		{ "{}",
		  "nameserver 127.0.0.53\nnameserver\t::1\n"
		  "nameserver 10.0.0.1\n",
		  "nameserver 10.0.0.1\n",
		  "the host's loopback is not the container's" },
		{ "{\"NetworkMode\":\"host\"}", "nameserver 127.0.0.53\n",
		  "nameserver 127.0.0.53\n", "unless it is" },
		{ "{\"Dns\":[\"10.9.8.7\",\"10.9.8.6\"]}",
		  "nameserver 10.0.0.1\nsearch a\n",
		  "search a\nnameserver 10.9.8.7\nnameserver 10.9.8.6\n",
		  "servers asked for replace the host's" },
		{ "{\"DnsSearch\":[\"x\",\"y\"],\"DnsOptions\":[\"ndots:3\"]}",
		  "nameserver 10.0.0.1\nsearch a\noptions b\n",
		  "nameserver 10.0.0.1\nsearch x y\noptions ndots:3\n",
		  "each kind by itself" },
		{ "{\"Dns\":[\"::1\"]}", "", "nameserver ::1\n",
		  "what is asked for is not judged" },
		{ "{}", "", "", "a host without servers" },
		{ "{}", "nameservers 1\nsortlist 2\n",
		  "nameservers 1\nsortlist 2\n", "other words are kept" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(jsonx_free)
			json_t *host = json_loads(rows[i].host, 0, NULL);

		container_files_resolv(host, rows[i].text, &text);
		if (strcmp(text.text, rows[i].want) != 0)
			fail_msg("%s:\n%s", rows[i].why, text.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container_files__hosts),
		cmocka_unit_test(test_container_files__resolv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
