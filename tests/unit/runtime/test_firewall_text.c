/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as text, and the chains of others that must let us through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "runtime/network/firewall_foreign.h"
#include "runtime/network/firewall_text.h"

struct port_row {
	struct wiring_port port;
	const char *wanted;
	const char *why;
};

static void test_firewall_text__ports(void **state)
{
	static const struct port_row rows[] = {
		{ { .host_port = 8080,
		    .to = { IP_V4, { 10, 0, 0, 2 } },
		    .port = 80,
		    .protocol = "tcp" },
		  "add element inet imgctl any4 "
		  "{ tcp . 8080 : 10.0.0.2 . 80 }\n"
		  "add element inet imgctl self4 { 10.0.0.2 . 10.0.0.2 }\n",
		  "every address" },
		{ { .host = { IP_V4, { 127, 0, 0, 1 } },
		    .host_port = 53,
		    .to = { IP_V4, { 10, 0, 0, 2 } },
		    .port = 54,
		    .protocol = "udp" },
		  "add element inet imgctl ports4 "
		  "{ udp . 127.0.0.1 . 53 : 10.0.0.2 . 54 }\n"
		  "add element inet imgctl self4 { 10.0.0.2 . 10.0.0.2 }\n",
		  "one address" },
		{ { .host = { IP_V6, { 0 } },
		    .host_port = 1,
		    .to = { IP_V6, { 0xfd, [15] = 2 } },
		    .port = 2,
		    .protocol = "sctp" },
		  "add element inet imgctl any6 "
		  "{ sctp . 1 : fd00::2 . 2 }\n"
		  "add element inet imgctl self6 { fd00::2 . fd00::2 }\n",
		  ":: is every address of IPv6" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

		firewall_text_add_port(&rows[i].port, &out);
		if (strcmp(out.text, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].why, out.text);
	}
}

static void test_firewall_text__a_bridge_is_in_the_sets_it_asks_for(
	void **state)
{
	const struct wiring_bridge bridge = { .name = "im0",
					      .is_internal = true };
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	firewall_text_add_bridge(&bridge, &out);
	assert_string_equal(
		out.text, "add element inet imgctl bridges { \"im0\" }\n"
			  "add element inet imgctl same { \"im0\" . \"im0\" }\n"
			  "add element inet imgctl internal { \"im0\" }\n");
}

static void test_firewall_text__only_ends_of_bridges_are_known(void **state)
{
	struct wiring_end end = {
		.driver = NETWORK_BRIDGE,
		.outer = "ve1",
		.mac = "02:42:0a:00:00:02",
		.ipv4 = { { IP_V4, { 10, 0, 0, 2 } }, 24 },
	};
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)state;
	firewall_text_add_end(&end, &out);
	assert_string_equal(
		out.text,
		"add element bridge imgctl ends { \"ve1\" }\n"
		"add element bridge imgctl macs { \"ve1\" . 02:42:0a:00:00:02 "
		"}\n"
		"add element bridge imgctl bound { \"ve1\" }\n"
		"add element bridge imgctl leases4 { \"ve1\" . 10.0.0.2 }\n");
	end.is_router = true;
	end.ipv4.address.family = IP_NONE;
	end.ipv6 = (struct ip_prefix){ { IP_V6, { 0xfd, [15] = 2 } }, 64 };
	strbuf_truncate(&out, 0);
	firewall_text_add_end(&end, &out);
	assert_string_equal(
		out.text,
		"add element bridge imgctl ends { \"ve1\" }\n"
		"add element bridge imgctl macs { \"ve1\" . 02:42:0a:00:00:02 "
		"}\n"
		"add element bridge imgctl leases6 { \"ve1\" . fd00::2 }\n"
		"add element bridge imgctl targets6 { \"ve1\" . "
		"0xfd000000000000000000000000000002 }\n"
		"add element bridge imgctl leases6 { \"ve1\" . "
		"fe80::42:aff:fe00:2 }\n"
		"add element bridge imgctl targets6 { \"ve1\" . "
		"0xfe8000000000000000420afffe000002 }\n");
	end.driver = NETWORK_MACVLAN;
	strbuf_truncate(&out, 0);
	firewall_text_add_end(&end, &out);
	firewall_text_drop_end(&end, &out);
	assert_int_equal(out.length, 0);
}

static json_t *load(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, 0, &error);

	if (!value)
		fail_msg("%s", error.text);
	return value;
}

static void test_firewall_foreign__chains(void **state)
{
	json_t *answer = load(
		"{\"nftables\":[{\"metainfo\":{}},"
		"{\"chain\":{\"family\":\"ip\",\"table\":\"filter\","
		"\"name\":\"FORWARD\",\"hook\":\"forward\"}},"
		"{\"chain\":{\"family\":\"ip\",\"table\":\"filter\","
		"\"name\":\"INPUT\",\"hook\":\"input\"}},"
		"{\"chain\":{\"family\":\"ip\",\"table\":\"filter\","
		"\"name\":\"USER\"}},"
		"{\"chain\":{\"family\":\"inet\",\"table\":\"imgctl\","
		"\"name\":\"forward\",\"hook\":\"forward\"}},"
		"{\"chain\":{\"family\":\"bridge\",\"table\":\"b\","
		"\"name\":\"f\",\"hook\":\"forward\"}},"
		"{\"chain\":{\"family\":\"ip\",\"table\":\"a; flush ruleset\","
		"\"name\":\"f\",\"hook\":\"forward\"}},"
		"{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\","
		"\"name\":\"filter_FORWARD\",\"hook\":\"forward\"}}]}");
	autoclean(strvec_release) struct strvec got = STRVEC_INIT;

	(void)state;
	firewall_foreign_chains(answer, &got);
	assert_int_equal(got.count, 2);
	assert_string_equal(got.items[0], "ip filter FORWARD");
	assert_string_equal(got.items[1], "inet firewalld filter_FORWARD");
	firewall_foreign_chains(NULL, &got);
	assert_int_equal(got.count, 2);
	json_decref(answer);
}

struct pass_row {
	const char *policy, *rules;
	bool is_refusing;
	const char *pass;   /* what lets im0 through */
	const char *unpass; /* what takes it back */
	const char *why;
};

#define OURS(comment, handle)                                      \
	",{\"rule\":{\"family\":\"ip\",\"table\":\"filter\","      \
	"\"chain\":\"FORWARD\",\"handle\":" handle ",\"comment\":" \
	"\"" comment "\",\"expr\":[{\"accept\":null}]}}"
#define RULE(verdict)                                              \
	",{\"rule\":{\"family\":\"ip\",\"table\":\"filter\","      \
	"\"chain\":\"FORWARD\",\"handle\":3,\"expr\":[{\"" verdict \
	"\":null}]}}"
#define PASS                                                            \
	"insert rule ip filter FORWARD iifname \"im0\" counter accept " \
	"comment \"imgctl:im0\"\n"                                      \
	"insert rule ip filter FORWARD oifname \"im0\" counter accept " \
	"comment \"imgctl:im0\"\n"

static void test_firewall_foreign__only_refusing_chains_are_touched(
	void **state)
{
	static const struct pass_row rows[] = {
		{ "accept", "", false, "", "", "open" },
		{ "accept", RULE("accept"), false, "", "", "accepts all" },
		{ "drop", "", true, PASS, "", "its policy refuses" },
		{ "accept", RULE("drop"), true, PASS, "", "a rule drops" },
		{ "accept", RULE("reject"), true, PASS, "", "a rule rejects" },
		{ "accept", RULE("jump"), true, PASS, "", "goes elsewhere" },
		{ "drop", OURS("imgctl:im0", "7") OURS("imgctl:im0", "8"), true,
		  "",
		  "delete rule ip filter FORWARD handle 7\n"
		  "delete rule ip filter FORWARD handle 8\n",
		  "has ours already" },
		{ "drop", OURS("imgctl:im01", "7"), true, PASS, "",
		  "another link's" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf pass = STRBUF_INIT;
		autoclean(strbuf_release) struct strbuf unpass = STRBUF_INIT;
		json_t *chains;

		strbuf_addf(&text,
			    "[{\"nftables\":[{\"chain\":{\"family\":\"ip\","
			    "\"table\":\"filter\",\"name\":\"FORWARD\","
			    "\"policy\":\"%s\"}}%s]}]",
			    rows[i].policy, rows[i].rules);
		chains = load(text.text);
		if (firewall_foreign_pass(chains, "im0", &pass) !=
		    rows[i].is_refusing)
			fail_msg("%s", rows[i].why);
		firewall_foreign_unpass(chains, "im0", &unpass);
		if (strcmp(pass.length ? pass.text : "", rows[i].pass) != 0 ||
		    strcmp(unpass.length ? unpass.text : "", rows[i].unpass) !=
			    0)
			fail_msg("%s: %s, %s", rows[i].why, pass.text,
				 unpass.text);
		json_decref(chains);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_firewall_text__ports),
		cmocka_unit_test(
			test_firewall_text__a_bridge_is_in_the_sets_it_asks_for),
		cmocka_unit_test(
			test_firewall_text__only_ends_of_bridges_are_known),
		cmocka_unit_test(test_firewall_foreign__chains),
		cmocka_unit_test(
			test_firewall_foreign__only_refusing_chains_are_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
