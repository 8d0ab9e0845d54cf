/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl rmi */
#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/image_use.h"
#include "cmd/verb.h"
#include "layers/image/image_edit.h"

struct rmi_options {
	bool is_forced;
	bool has_no_prune; /* there are no parents to keep */
};

static const struct option_spec rmi_option_table[] = {
	{ "force", 'f', OPTION_BOOL, OPTION_AT(rmi_options, is_forced),
	  .help = "Force removal of the image" },
	{ "no-prune", 0, OPTION_BOOL, OPTION_AT(rmi_options, has_no_prune),
	  .help = "Do not delete untagged parents" },
	{ 0 },
};

static const struct usage rmi_usage = {
	.arguments = "IMAGE [IMAGE...]",
	.summary = "Remove one or more images",
	.aliases = "imgctl image rm, imgctl image remove, imgctl rmi",
	.options = rmi_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_IMAGE,
};

struct rmi {
	struct store *store;
	bool is_forced;
};

static int print_removal(const struct image_removal *removal, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < removal->untagged.count; i++)
		strbuf_addf(&text, "Untagged: %s\n",
			    removal->untagged.items[i]);
	for (size_t i = 0; i < removal->deleted.count; i++)
		strbuf_addf(&text, "Deleted: %s\n", removal->deleted.items[i]);
	return command_print(text.text, text.length, err);
}

/* By name only the name goes at first; by id the image with all its names. */
static int take_away(const struct rmi *rmi, const char *text,
		     const struct image_match *match,
		     struct image_removal *removal, struct error *err)
{
	struct image_use use;

	if (image_use_find(rmi->store, &match->id, &use, err) < 0)
		return -1;
	if (match->by_name) {
		bool is_kept = image_use_is_kept(&use, rmi->is_forced);

		if (image_use_check_name(&use, text, rmi->is_forced, err) < 0)
			return -1;
		return image_edit_untag(rmi->store, &match->name, is_kept,
					removal, err);
	}
	if (image_use_check_image(&use, rmi->is_forced, err) < 0)
		return -1;
	return image_edit_remove(rmi->store, &match->id, removal, err);
}

static int remove_one(void *context, const char *text, struct error *err)
{
	const struct rmi *rmi = context;
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(image_removal_release) struct image_removal removal =
		IMAGE_REMOVAL_INIT;

	if (image_find(rmi->store, text, &match, err) < 0 ||
	    take_away(rmi, text, &match, &removal, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND || !rmi->is_forced)
			return -1;
		/* told about, but with -f no failure */
		command_report(err);
		return 0;
	}
	return print_removal(&removal, err);
}

int cmd_rmi(struct command_call *call, struct error *err)
{
	struct rmi_options options = { false, false };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &rmi_usage,
		.target = &options,
	};
	struct rmi rmi;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	rmi.is_forced = options.is_forced;
	if (context_store(call->context, &rmi.store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, remove_one, &rmi);
	return 0;
}
