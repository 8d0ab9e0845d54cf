/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl network prune */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/filter.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/network_inspect.h"
#include "cmd/front/network_use.h"
#include "cmd/front/prune.h"
#include "cmd/front/prune_parts.h"
#include "cmd/front/shape.h"
#include "cmd/verb.h"
#include "runtime/engine/network_folder.h"

struct network_prune_options {
	bool is_forced;
	struct filter filter;
};

static void network_prune_options_release(struct network_prune_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct network_prune_options, network_prune_options_release)

static const struct option_spec network_prune_option_table[] = {
	{ "filter", 0, OPTION_CUSTOM, OPTION_AT(network_prune_options, filter),
	  .help = "Provide filter values (e.g. \"until=<timestamp>\")",
	  .placeholder = "filter", .set = filter_set },
	{ "force", 'f', OPTION_BOOL,
	  OPTION_AT(network_prune_options, is_forced),
	  .help = "Do not prompt for confirmation" },
	{ 0 },
};

static const struct usage prune_usage = {
	.arguments = "",
	.summary = "Remove all unused networks",
	.options = network_prune_option_table,
	.least = 0,
	.most = 0,
};

static bool is_old(const struct network *network, int64_t until)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	int64_t created = 0;

	if (!until)
		return true;
	if (clock_parse(shape_text(network->document, "Created"), &created,
			&ignored) < 0)
		return false;
	return created < until;
}

static int prune_one(const struct store *store, const char *name,
		     const struct filter *given, int64_t until,
		     struct prune_yield *removal, struct error *err)
{
	autoclean(network_release) struct network network = NETWORK_INIT;

	if (network_folder_find(store, name, &network, err) < 0)
		return -1;
	/* the default stays, but not its link */
	if (network.is_default)
		return network_use_rest(store, &network, err);
	if (!is_old(&network, until) ||
	    !filter_allows_labels(given,
				  json_object_get(network.document, "Labels")))
		return 0;
	if (network_use_remove(store, &network, err) < 0) {
		if (err->kind != ERROR_BUSY)
			return -1;
		error_release(err);
		return 0;
	}
	strbuf_addf(&removal->lines, "%s\n", name);
	return 0;
}

int prune_networks(const struct store *store, const struct filter *given,
		   struct prune_yield *removal, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	int64_t until = 0;

	if (filter_time(given, "until", clock_now(), &until, err) < 0 ||
	    network_folder_list(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (prune_one(store, names.items[i], given, until, removal,
			      err) < 0)
			return -1;
	}
	return 0;
}

static int run(struct command_call *call,
	       const struct network_prune_options *options, struct error *err)
{
	static const char *const accepted[] = { "label", "label!", "until",
						NULL };
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct prune_yield removal = PRUNE_YIELD_INIT;
	struct store *store;
	bool is_asked_for;
	int result;

	if (filter_check(&options->filter, accepted, err) < 0 ||
	    prune_ask(options->is_forced,
		      "all custom networks not used by at least one container",
		      &is_asked_for, err) < 0)
		return -1;
	if (!is_asked_for)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	result = prune_networks(store, &options->filter, &removal, err);
	if (removal.lines.length)
		strbuf_addf(&text, "Deleted Networks:\n%s\n",
			    removal.lines.text);
	strbuf_release(&removal.lines);
	if (result < 0 || !text.length)
		return result;
	return command_print(text.text, text.length, err);
}

int cmd_network_prune(struct command_call *call, struct error *err)
{
	autoclean(network_prune_options_release) struct network_prune_options
		options = { .filter = FILTER_INIT };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &prune_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : run(call, &options, err);
}
