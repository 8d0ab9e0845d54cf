/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of networks in a store: making, finding, forgetting. */
#include "runtime/engine/network_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/engine/container_hosts.h"
#include "runtime/engine/network_members.h"
#include "runtime/engine/uplink.h"

struct state {
	char folder[64];
	struct store *store;
};

static int setup(void **out)
{
	struct state *state = xcalloc(1, sizeof(*state));
	struct error err = ERROR_INIT;
	char root[96];
	char run[96];

	(void)snprintf(state->folder, sizeof(state->folder),
		       "/tmp/test-networks-XXXXXX");
	assert_non_null(mkdtemp(state->folder));
	(void)snprintf(root, sizeof(root), "%s/root", state->folder);
	(void)snprintf(run, sizeof(run), "%s/run", state->folder);
	assert_int_equal(store_open(root, run, &state->store, &err), 0);
	*out = state;
	return 0;
}

static int teardown(void **in)
{
	struct state *state = *in;
	struct error err = ERROR_INIT;

	store_close(state->store);
	assert_int_equal(fs_remove_tree(AT_FDCWD, state->folder, &err), 0);
	free(state);
	return 0;
}

static void make(struct state *state, const char *name, const char *subnet,
		 char id[NETWORK_ID_DIGITS + 1])
{
	autoclean(strvec_release) struct strvec subnets = STRVEC_INIT;
	const struct network_request request = {
		.name = name,
		.driver = NETWORK_BRIDGE,
		.subnets = &subnets,
	};
	struct error err = ERROR_INIT;

	strvec_add(&subnets, subnet);
	if (network_folder_create(state->store, &request, id, &err) < 0)
		fail_msg("%s: %s", name, err.msg);
}

static void a_network_is_found_by_name_and_id(void **in)
{
	struct state *state = *in;
	char id[NETWORK_ID_DIGITS + 1];
	struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	const char *texts[] = { "blue", id, NULL };
	char start[9];

	make(state, "blue", "10.99.7.0/24", id);
	(void)snprintf(start, sizeof(start), "%.8s", id);
	texts[2] = start;
	for (size_t i = 0; i < 3; i++) {
		struct network network;
		char text[IP_TEXT_MAX];

		assert_int_equal(network_folder_find(state->store, texts[i],
						     &network, &err),
				 0);
		assert_string_equal(network.name, "blue");
		ip_prefix_format(&network.subnets[0].subnet, text);
		assert_string_equal(text, "10.99.7.0/24");
		ip_address_format(&network.subnets[0].gateway, text);
		assert_string_equal(text, "10.99.7.1");
		network_release(&network);
	}
	assert_int_equal(network_folder_list(state->store, &names, &err), 0);
	assert_int_equal(names.count, 1);
}

static void a_name_or_a_subnet_is_taken_once(void **in)
{
	struct state *state = *in;
	char id[NETWORK_ID_DIGITS + 1];
	struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec subnets = STRVEC_INIT;
	struct network_request request = {
		.name = "blue",
		.driver = NETWORK_BRIDGE,
		.subnets = &subnets,
	};

	make(state, "blue", "10.99.7.0/24", id);
	strvec_add(&subnets, "10.99.0.0/16");
	assert_int_equal(
		network_folder_create(state->store, &request, id, &err), -1);
	assert_int_equal(err.kind, ERROR_EXISTS);
	error_release(&err);
	request.name = "red";
	assert_int_equal(
		network_folder_create(state->store, &request, id, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_non_null(strstr(err.msg, "10.99.7.0/24"));
	error_release(&err);
}

static void a_forgotten_one_is_not_found(void **in)
{
	struct state *state = *in;
	char id[NETWORK_ID_DIGITS + 1];
	struct error err = ERROR_INIT;
	struct network network;

	make(state, "blue", "10.99.7.0/24", id);
	assert_int_equal(
		network_folder_find(state->store, "blue", &network, &err), 0);
	assert_int_equal(network_folder_forget(state->store, &network, &err),
			 0);
	network_members_forget(state->store, network.id);
	network_release(&network);
	assert_int_equal(
		network_folder_find(state->store, "blue", &network, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_string_equal(err.msg, "network blue not found");
	error_release(&err);
}

static void only_lines_of_the_address_go(void **in)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	(void)in;
	container_hosts_filter("10.0.0.2\ta b\n10.0.0.22\tc\n#10.0.0.2\td\n"
			       "10.0.0.2 own\n10.0.0.2\te",
			       "10.0.0.2", &out);
	assert_string_equal(out.text,
			    "10.0.0.22\tc\n#10.0.0.2\td\n10.0.0.2 own\n");
}

static void ports_as_pasta_wants_them(void **in)
{
	struct wiring_port items[] = {
		{ .host_port = 8080, .port = 80, .protocol = "tcp" },
		{ .host = { IP_V4, { 127, 0, 0, 1 } },
		  .host_port = 8443,
		  .port = 443,
		  .protocol = "tcp" },
	};
	const struct container_ports ports = { items, 2 };
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	static const char *const wanted[] = { "-t", "8080:80",
					      "-t", "127.0.0.1/8443:443",
					      "-u", "none" };

	(void)in;
	uplink_words(&ports, &words);
	assert_int_equal(words.count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(words.items[i], wanted[i]);
}

static void links_of_one_vlan(void **in)
{
	static const struct {
		const char *link, *parent;
		unsigned vlan; /* 0: none */
	} rows[] = {
		{ "eth0.50", "eth0", 50 },
		{ "eth0.4094", "eth0", 4094 },
		{ "eth0.5.6", "eth0.5", 6 },
		{ "eth0", "", 0 },
		{ "eth0.", "", 0 },
		{ "eth0.0", "", 0 },
		{ "eth0.4095", "", 0 },
		{ "eth0.5x", "", 0 },
		{ "eth0.+5", "", 0 },
		{ ".5", "", 0 },
		{ "eth0.99999999999", "", 0 },
	};

	(void)in;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char parent[NETWORK_LINK_MAX];
		uint16_t vlan = 0;

		if (network_split_vlan(rows[i].link, parent, &vlan) !=
			    (rows[i].vlan != 0) ||
		    vlan != rows[i].vlan ||
		    (vlan && strcmp(parent, rows[i].parent) != 0))
			fail_msg("%s: %u", rows[i].link, (unsigned)vlan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_network_is_found_by_name_and_id, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_name_or_a_subnet_is_taken_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_forgotten_one_is_not_found,
						setup, teardown),
		cmocka_unit_test(only_lines_of_the_address_go),
		cmocka_unit_test(ports_as_pasta_wants_them),
		cmocka_unit_test(links_of_one_vlan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
