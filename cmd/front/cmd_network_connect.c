/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl network connect and disconnect */
#include <string.h>

#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/run_parts.h"
#include "cmd/verb.h"
#include "runtime/engine/network_connect.h"
#include "runtime/engine/network_folder.h"
#include "runtime/engine/spec_request.h"

struct connect_options {
	struct run_options run; /* whose --ip, --ip6 and aliases are the same */
};

static void connect_options_release(struct connect_options *options)
{
	run_options_release(&options->run);
}
DEFINE_CLEANUP(struct connect_options, connect_options_release)

static const struct option_spec connect_option_table[] = {
	{ "alias", 0, OPTION_LIST, OPTION_AT(connect_options, run.aliases),
	  .help = "Add network-scoped alias for the container" },
	{ "ip", 0, OPTION_STRING, OPTION_AT(connect_options, run.ip),
	  .help = "IPv4 address (e.g., \"172.30.100.104\")" },
	{ "ip6", 0, OPTION_STRING, OPTION_AT(connect_options, run.ip6),
	  .help = "IPv6 address (e.g., \"2001:db8::33\")" },
	{ 0 },
};

static const struct usage connect_usage = {
	.arguments = "NETWORK CONTAINER",
	.summary = "Connect a container to a network",
	.options = connect_option_table,
	.least = 2,
	.most = 2,
	.complete = OPTION_COMPLETE_NETWORK,
};

struct disconnect_options {
	bool is_forced;
};

static const struct option_spec disconnect_option_table[] = {
	{ "force", 'f', OPTION_BOOL, OPTION_AT(disconnect_options, is_forced),
	  .help = "Force the container to disconnect from a network" },
	{ 0 },
};

static const struct usage disconnect_usage = {
	.arguments = "NETWORK CONTAINER",
	.summary = "Disconnect a container from a network",
	.options = disconnect_option_table,
	.least = 2,
	.most = 2,
	.complete = OPTION_COMPLETE_NETWORK,
};

/* Both nouns of the command line. */
struct operands {
	struct store *store;
	struct network network;
	struct container container;
};

static void operands_release(struct operands *operands)
{
	network_release(&operands->network);
	container_release(&operands->container);
}
DEFINE_CLEANUP(struct operands, operands_release)

static int check_not_host(const char *name, struct error *err)
{
	if (strcmp(name, "host") != 0)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "container cannot be disconnected from host network "
			 "or connected to host network");
}

/* docker's words for networks that nobody joins later. */
static int check_network(const char *name, struct error *err)
{
	if (check_not_host(name, err) < 0)
		return -1;
	if (!strcmp(name, "none"))
		return error_set(err, ERROR_INVALID,
				 "container cannot be connected to multiple "
				 "networks with one of the networks in private "
				 "(none) mode");
	return 0;
}

static int find(struct command_call *call, char *const *operands,
		struct operands *out, struct error *err)
{
	if (context_store(call->context, &out->store, err) < 0 ||
	    network_folder_find(out->store, operands[0], &out->network, err) <
		    0)
		return -1;
	return container_find(out->store, operands[1], &out->container, err);
}

int cmd_network_connect(struct command_call *call, struct error *err)
{
	autoclean(connect_options_release) struct connect_options options = {
		.run = RUN_OPTIONS_INIT
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &connect_usage,
		.target = &options,
	};
	autoclean(operands_release) struct operands operands = {
		.network = NETWORK_INIT,
		.container = CONTAINER_INIT,
	};
	autoclean(jsonx_free) json_t *settings = NULL;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (check_network(usage.result.operands[0], err) < 0 ||
	    find(call, usage.result.operands, &operands, err) < 0 ||
	    run_network_settings(&options.run, operands.network.name, &settings,
				 err) < 0)
		return -1;
	return network_connect(operands.store, &operands.container,
			       &operands.network, settings, err);
}

/*
 * docker wants a container off "none" before it is put on another network.
 * Here nothing is in the way, so nothing has to be done.
 */
static int leave_none(struct command_call *call, const char *name,
		      struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct store *store;
	const char *mode;

	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, name, &container, err) < 0)
		return -1;
	mode = spec_string(container.host_config, "NetworkMode");
	if (strcmp(mode, "none") != 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "container %s is not connected to network "
				 "none",
				 container.name);
	return 0;
}

int cmd_network_disconnect(struct command_call *call, struct error *err)
{
	struct disconnect_options options = { false };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &disconnect_usage,
		.target = &options,
	};
	autoclean(operands_release) struct operands operands = {
		.network = NETWORK_INIT,
		.container = CONTAINER_INIT,
	};
	char *const *words;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	words = usage.result.operands;
	if (!strcmp(words[0], "none"))
		return leave_none(call, words[1], err);
	if (check_not_host(words[0], err) < 0 ||
	    find(call, words, &operands, err) < 0)
		return -1;
	return network_disconnect(operands.store, &operands.container,
				  &operands.network, err);
}
