/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl system prune */
#include "base/strbuf.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/prune_parts.h"
#include "cmd/units.h"
#include "cmd/verb.h"

struct system_prune_options {
	bool is_all;
	bool is_forced;
	bool has_volumes;
	struct filter filter;
};

static void system_prune_options_release(struct system_prune_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct system_prune_options, system_prune_options_release)

static const struct option_spec prune_option_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(system_prune_options, is_all),
	  .help = "Remove all unused images not just dangling ones" },
	{ "filter", 0, OPTION_CUSTOM, OPTION_AT(system_prune_options, filter),
	  .help = "Provide filter values (e.g. \"label=<key>=<value>\")",
	  .placeholder = "filter", .set = filter_set },
	{ "force", 'f', OPTION_BOOL, OPTION_AT(system_prune_options, is_forced),
	  .help = "Do not prompt for confirmation" },
	{ "volumes", 0, OPTION_BOOL,
	  OPTION_AT(system_prune_options, has_volumes),
	  .help = "Prune anonymous volumes" },
	{ 0 },
};

static const struct usage prune_usage = {
	.arguments = "",
	.summary = "Remove unused data",
	.options = prune_option_table,
	.least = 0,
	.most = 0,
};

static int ask(const struct system_prune_options *options, bool *out,
	       struct error *err)
{
	autoclean(strbuf_release) struct strbuf question = STRBUF_INIT;

	*out = true;
	if (options->is_forced)
		return 0;
	strbuf_addstr(&question, "WARNING! This will remove:\n"
				 "  - all stopped containers\n"
				 "  - all networks not used by at least one "
				 "container\n");
	if (options->has_volumes)
		strbuf_addstr(&question,
			      "  - all anonymous volumes not used by at least "
			      "one container\n");
	strbuf_addstr(&question,
		      options->is_all
			      ? "  - all images without at least one container "
				"associated to them\n"
			      : "  - all dangling images\n");
	strbuf_addstr(&question, "\nAre you sure you want to continue?");
	return verb_confirm(question.text, out, err);
}

static void add_part(const char *title, struct prune_yield *yield,
		     struct strbuf *text, uint64_t *freed)
{
	if (yield->lines.length)
		strbuf_addf(text, "%s\n%s\n", title, yield->lines.text);
	*freed += yield->freed;
	strbuf_release(&yield->lines);
}

/* Containers first: what they used is unused then. */
static int prune_all(struct store *store,
		     const struct system_prune_options *options,
		     struct strbuf *text, struct error *err)
{
	autoclean(image_prune_filter_release) struct image_prune_filter wanted =
		IMAGE_PRUNE_FILTER_INIT;
	struct prune_yield containers = PRUNE_YIELD_INIT;
	struct prune_yield networks = PRUNE_YIELD_INIT;
	struct prune_yield volumes = PRUNE_YIELD_INIT;
	struct prune_yield images = PRUNE_YIELD_INIT;
	char words[UNITS_TEXT_MAX];
	uint64_t freed = 0;
	int result;

	wanted.all = options->is_all;
	result = prune_images_filter(&options->filter, &wanted, err);
	if (result == 0)
		result = prune_containers(store, &options->filter, &containers,
					  err);
	if (result == 0)
		result = prune_networks(store, &options->filter, &networks,
					err);
	if (result == 0 && options->has_volumes)
		result = prune_volumes(store, &options->filter, false, &volumes,
				       err);
	if (result == 0)
		result = prune_images(store, &wanted, &images, err);
	add_part("Deleted Containers:", &containers, text, &freed);
	add_part("Deleted Networks:", &networks, text, &freed);
	add_part("Deleted Volumes:", &volumes, text, &freed);
	add_part("Deleted Images:", &images, text, &freed);
	units_format_size((double)freed, words);
	strbuf_addf(text, "Total reclaimed space: %s\n", words);
	return result;
}

static int run(struct command_call *call,
	       const struct system_prune_options *options, struct error *err)
{
	static const char *const accepted[] = { "label", "label!", "until",
						NULL };
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct store *store;
	bool is_wanted;

	if (filter_check(&options->filter, accepted, err) < 0)
		return -1;
	if (options->has_volumes && filter_has(&options->filter, "until"))
		return error_set(err, ERROR_INVALID,
				 "The \"until\" filter is not supported with "
				 "\"--volumes\"");
	if (ask(options, &is_wanted, err) < 0)
		return -1;
	if (!is_wanted)
		return 0;
	if (context_store(call->context, &store, err) < 0 ||
	    prune_all(store, options, &text, err) < 0)
		return -1;
	return command_print(text.text, text.length, err);
}

int cmd_system_prune(struct command_call *call, struct error *err)
{
	autoclean(system_prune_options_release) struct system_prune_options
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
