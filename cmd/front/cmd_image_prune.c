/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl image prune */
#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/filter.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/prune.h"
#include "cmd/front/prune_parts.h"
#include "cmd/verb.h"
#include "layers/image/image_edit.h"
#include "layers/image/image_prune.h"

struct image_prune_options {
	bool is_all;
	bool is_forced;
	struct filter filter;
};

static void image_prune_options_release(struct image_prune_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct image_prune_options, image_prune_options_release)

static const struct option_spec prune_option_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(image_prune_options, is_all),
	  .help = "Remove all unused images, not just dangling ones" },
	{ "filter", 0, OPTION_CUSTOM, OPTION_AT(image_prune_options, filter),
	  .help = "Provide filter values (e.g. \"until=<timestamp>\")",
	  .placeholder = "filter", .set = filter_set },
	{ "force", 'f', OPTION_BOOL, OPTION_AT(image_prune_options, is_forced),
	  .help = "Do not prompt for confirmation" },
	{ 0 },
};

static const struct usage prune_usage = {
	.arguments = "",
	.summary = "Remove unused images",
	.options = prune_option_table,
	.least = 0,
	.most = 0,
};

static void take_values(const struct filter *filter, const char *key,
			struct strvec *out)
{
	const char *value;

	for (size_t i = 0; (value = filter_value(filter, key, i)); i++)
		strvec_add(out, value);
}

int prune_images_filter(const struct filter *given,
			struct image_prune_filter *out, struct error *err)
{
	if (filter_time(given, "until", clock_now(), &out->until, err) < 0)
		return -1;
	out->has_until = filter_has(given, "until");
	take_values(given, "label", &out->labels);
	take_values(given, "label!", &out->no_labels);
	return 0;
}

static int settle_filter(const struct image_prune_options *options,
			 struct image_prune_filter *out, struct error *err)
{
	static const char *const accepted[] = { "dangling", "label", "label!",
						"until", NULL };
	const struct filter *given = &options->filter;
	bool is_dangling = !options->is_all;

	if (filter_check(given, accepted, err) < 0 ||
	    filter_bool(given, "dangling", &is_dangling, err) < 0)
		return -1;
	out->all = !is_dangling;
	return prune_images_filter(given, out, err);
}

/* An image that got a user meanwhile, or that is gone, is no failure. */
static int prune(struct store *store, const struct strvec *ids,
		 struct image_removal *removal, struct error *err)
{
	for (size_t i = 0; i < ids->count; i++) {
		struct digest id;

		if (digest_parse(ids->items[i], &id, err) == 0 &&
		    image_edit_remove(store, &id, removal, err) == 0)
			continue;
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_BUSY)
			return -1;
		error_release(err);
	}
	return 0;
}

int prune_images(struct store *store, const struct image_prune_filter *wanted,
		 struct prune_yield *out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	autoclean(image_removal_release) struct image_removal removal =
		IMAGE_REMOVAL_INIT;

	if (image_prune_plan(store, wanted, &ids, err) < 0 ||
	    prune(store, &ids, &removal, err) < 0)
		return -1;
	for (size_t i = 0; i < removal.untagged.count; i++)
		strbuf_addf(&out->lines, "untagged: %s\n",
			    removal.untagged.items[i]);
	for (size_t i = 0; i < removal.deleted.count; i++)
		strbuf_addf(&out->lines, "deleted: %s\n",
			    removal.deleted.items[i]);
	out->freed += removal.freed;
	return 0;
}

static int run(struct command_call *call,
	       const struct image_prune_options *options, struct error *err)
{
	static const char unused[] = "all images without at least one "
				     "container associated to them";
	static const char dangling[] = "all dangling images";
	autoclean(image_prune_filter_release) struct image_prune_filter filter =
		IMAGE_PRUNE_FILTER_INIT;
	struct prune_yield removal = PRUNE_YIELD_INIT;
	struct store *store;
	bool is_wanted;
	int result;

	if (settle_filter(options, &filter, err) < 0 ||
	    prune_ask(options->is_forced, filter.all ? unused : dangling,
		      &is_wanted, err) < 0)
		return -1;
	if (!is_wanted)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	result = prune_images(store, &filter, &removal, err);
	if (result == 0)
		result = prune_report("Deleted Images:", removal.lines.text,
				      removal.freed, err);
	strbuf_release(&removal.lines);
	return result;
}

int cmd_image_prune(struct command_call *call, struct error *err)
{
	autoclean(image_prune_options_release) struct image_prune_options
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
