/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl network create and rm */
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/network_inspect.h"
#include "cmd/front/network_use.h"
#include "cmd/front/run_parts.h"
#include "cmd/verb.h"
#include "runtime/engine/network_folder.h"

struct create_options {
	struct run_options run; /* whose --label is the same */
	const char *driver;
	bool is_internal, has_ipv6, has_ipv4, is_attachable;
	struct strvec subnets, gateways, ranges, options, auxiliary;
	const char *ipam_driver, *scope;
};

static void create_options_release(struct create_options *options)
{
	run_options_release(&options->run);
	strvec_release(&options->subnets);
	strvec_release(&options->gateways);
	strvec_release(&options->ranges);
	strvec_release(&options->options);
	strvec_release(&options->auxiliary);
}
DEFINE_CLEANUP(struct create_options, create_options_release)

static const struct option_spec network_create_option_table[] = {
	{ "attachable", 0, OPTION_BOOL,
	  OPTION_AT(create_options, is_attachable),
	  .help = "Enable manual container attachment" },
	{ "aux-address", 0, OPTION_LIST, OPTION_AT(create_options, auxiliary),
	  .help = "Auxiliary IPv4 or IPv6 addresses used by Network driver" },
	{ "driver", 'd', OPTION_STRING, OPTION_AT(create_options, driver),
	  .help = "Driver to manage the Network",
	  .choices = "bridge|macvlan|ipvlan", .fallback = "\"bridge\"" },
	{ "gateway", 0, OPTION_LIST, OPTION_AT(create_options, gateways),
	  .help = "IPv4 or IPv6 Gateway for the master subnet" },
	{ "internal", 0, OPTION_BOOL, OPTION_AT(create_options, is_internal),
	  .help = "Restrict external access to the network" },
	{ "ip-range", 0, OPTION_LIST, OPTION_AT(create_options, ranges),
	  .help = "Allocate container ip from a sub-range" },
	{ "ipam-driver", 0, OPTION_STRING,
	  OPTION_AT(create_options, ipam_driver),
	  .help = "IP Address Management Driver", .fallback = "\"default\"" },
	{ "ipv4", 0, OPTION_BOOL, OPTION_AT(create_options, has_ipv4),
	  .help = "Enable or disable IPv4 address assignment" },
	{ "ipv6", 0, OPTION_BOOL, OPTION_AT(create_options, has_ipv6),
	  .help = "Enable or disable IPv6 address assignment" },
	{ "label", 0, OPTION_LIST, OPTION_AT(create_options, run.labels),
	  .help = "Set metadata on a network" },
	{ "opt", 'o', OPTION_LIST, OPTION_AT(create_options, options),
	  .help = "Set driver specific options" },
	{ "scope", 0, OPTION_STRING, OPTION_AT(create_options, scope),
	  .help = "Control the network's scope" },
	{ "subnet", 0, OPTION_LIST, OPTION_AT(create_options, subnets),
	  .help = "Subnet in CIDR format that represents a network segment" },
	{ 0 },
};

static const struct usage create_usage = {
	.arguments = "NETWORK",
	.summary = "Create a network",
	.options = network_create_option_table,
	.least = 1,
	.most = 1,
};

static int check(const struct create_options *options, const char *name,
		 struct error *err)
{
	if (network_is_predefined(name))
		return error_set(err, ERROR_DENIED,
				 "operation is not permitted on predefined %s "
				 "network",
				 name);
	if (!network_is_name(name) || !strcmp(name, "default") ||
	    !strcmp(name, "pasta"))
		return error_set(err, ERROR_INVALID,
				 "invalid network name: %s: names consist of "
				 "[a-zA-Z0-9][a-zA-Z0-9_.-]*",
				 name);
	if (network_driver_from_name(options->driver) == NETWORK_DRIVER_NONE)
		return error_set(err, ERROR_NOT_FOUND,
				 "error looking up network driver plugin: "
				 "plugin \"%s\" not found",
				 options->driver);
	if (strcmp(options->ipam_driver, "default") != 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "invalid ipam driver: \"%s\"",
				 options->ipam_driver);
	if (options->scope && strcmp(options->scope, "local") != 0)
		return error_set(err, ERROR_INVALID,
				 "scope %s needs a swarm: only \"local\" is to "
				 "be had",
				 options->scope);
	return 0;
}

static int create(struct command_call *call,
		  const struct create_options *options, const char *name,
		  struct error *err)
{
	autoclean(jsonx_free) json_t *labels = NULL;
	autoclean(jsonx_free) json_t *driver_options = NULL;
	autoclean(jsonx_free) json_t *auxiliary = NULL;
	struct network_request request = {
		.name = name,
		.driver = network_driver_from_name(options->driver),
		.subnets = &options->subnets,
		.gateways = &options->gateways,
		.ranges = &options->ranges,
		.is_internal = options->is_internal,
		.has_ipv6 = options->has_ipv6,
		.has_no_ipv4 = !options->has_ipv4,
		.is_attachable = options->is_attachable,
	};
	char id[NETWORK_ID_DIGITS + 1];
	struct store *store;

	if (check(options, name, err) < 0 ||
	    run_labels(&options->run, NULL, &labels, err) < 0 ||
	    context_store(call->context, &store, err) < 0)
		return -1;
	driver_options = run_pairs(&options->options);
	auxiliary = run_pairs(&options->auxiliary);
	request.labels = labels;
	request.options = driver_options;
	request.auxiliary = auxiliary;
	if (network_folder_create(store, &request, id, err) < 0)
		return -1;
	return verb_echo(id, err);
}

int cmd_network_create(struct command_call *call, struct error *err)
{
	autoclean(create_options_release) struct create_options options = {
		.run = RUN_OPTIONS_INIT,
		.driver = "bridge",
		.ipam_driver = "default",
		.has_ipv4 = true,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &create_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return create(call, &options, usage.result.operands[0], err);
}

struct network_rm_options {
	bool is_forced;
};

static const struct option_spec network_rm_option_table[] = {
	{ "force", 'f', OPTION_BOOL, OPTION_AT(network_rm_options, is_forced),
	  .help = "Do not error if the network does not exist" },
	{ 0 },
};

static const struct usage rm_usage = {
	.arguments = "NETWORK [NETWORK...]",
	.summary = "Remove one or more networks",
	.aliases = "imgctl network rm, imgctl network remove",
	.options = network_rm_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_NETWORK,
};

struct removing {
	struct store *store;
	const struct network_rm_options *options;
};

static int remove_one(void *context, const char *name, struct error *err)
{
	const struct removing *removing = context;
	autoclean(network_release) struct network network = NETWORK_INIT;

	if (network_is_predefined(name))
		return error_set(err, ERROR_DENIED,
				 "%s is a pre-defined network and cannot be "
				 "removed",
				 name);
	if (network_folder_find(removing->store, name, &network, err) < 0) {
		if (!removing->options->is_forced ||
		    err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (network.is_default)
		return error_set(err, ERROR_DENIED,
				 "bridge is a pre-defined network and cannot "
				 "be removed");
	if (network_use_remove(removing->store, &network, err) < 0)
		return -1;
	return verb_echo(name, err);
}

int cmd_network_rm(struct command_call *call, struct error *err)
{
	struct network_rm_options options = { false };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &rm_usage,
		.target = &options,
	};
	struct removing removing = { .options = &options };
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (context_store(call->context, &removing.store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, remove_one, &removing);
	return 0;
}
