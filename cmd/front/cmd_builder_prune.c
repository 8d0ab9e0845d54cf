/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl builder prune */
#include "base/alloc.h"
#include "base/clock.h"
#include "builder/build_usage.h"
#include "cmd/filter.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/prune.h"
#include "cmd/verb.h"

struct builder_prune_options {
	bool is_all, is_forced, has_most;
	int64_t most;
	struct filter filter;
};

static void builder_prune_options_release(struct builder_prune_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct builder_prune_options, builder_prune_options_release)

static const struct option_spec prune_option_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(builder_prune_options, is_all),
	  .help = "Remove all build cache, cache mounts too" },
	{ "filter", 0, OPTION_CUSTOM, OPTION_AT(builder_prune_options, filter),
	  .help = "Provide filter values (e.g. \"until=24h\")",
	  .placeholder = "filter", .set = filter_set },
	{ "force", 'f', OPTION_BOOL,
	  OPTION_AT(builder_prune_options, is_forced),
	  .help = "Do not prompt for confirmation" },
	{ "keep-storage", 0, OPTION_SIZE,
	  OPTION_AT(builder_prune_options, most),
	  .help = "Amount of disk space to keep for cache",
	  .seen = offsetof(struct builder_prune_options, has_most) },
	{ 0 },
};

static const struct usage prune_usage = {
	.arguments = "",
	.summary = "Remove build cache",
	.options = prune_option_table,
	.least = 0,
	.most = 0,
};

static int run(struct command_call *call,
	       const struct builder_prune_options *options, struct error *err)
{
	static const char *const accepted[] = { "until", "id", NULL };
	struct build_prune request = {
		.has_most = options->has_most,
		.most = (uint64_t)options->most,
		.only_steps = !options->is_all,
		.id = filter_value(&options->filter, "id", 0),
	};
	autoclean(strvec_release) struct strvec removed = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf lines = STRBUF_INIT;
	struct store *store;
	uint64_t freed;
	bool go_on;

	if (filter_check(&options->filter, accepted, err) < 0 ||
	    filter_time(&options->filter, "until", clock_now(), &request.until,
			err) < 0)
		return -1;
	request.has_until = filter_has(&options->filter, "until");
	if (prune_ask(options->is_forced,
		      options->is_all ? "all build cache"
				      : "all build cache but cache mounts",
		      &go_on, err) < 0)
		return -1;
	if (!go_on)
		return 0;
	if (context_store(call->context, &store, err) < 0 ||
	    build_prune(store, &request, &removed, &freed, err) < 0)
		return -1;
	for (size_t i = 0; i < removed.count; i++)
		strbuf_addf(&lines, "%s\n", removed.items[i]);
	return prune_report("Deleted build cache objects:", lines.text, freed,
			    err);
}

int cmd_builder_prune(struct command_call *call, struct error *err)
{
	autoclean(builder_prune_options_release) struct builder_prune_options
		options = { .is_all = false };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &prune_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : run(call, &options, err);
}
