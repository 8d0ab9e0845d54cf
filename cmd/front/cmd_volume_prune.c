/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl volume prune */
#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/lockfile.h"
#include "cmd/filter.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/prune.h"
#include "cmd/front/prune_parts.h"
#include "cmd/front/volume_inspect.h"
#include "cmd/front/volume_use.h"
#include "cmd/verb.h"
#include "layers/store/volume.h"
#include "runtime/engine/volume_hold.h"

struct volume_prune_options {
	bool is_all;
	bool is_forced;
	struct filter filter;
};

static void volume_prune_options_release(struct volume_prune_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct volume_prune_options, volume_prune_options_release)

static const struct option_spec prune_option_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(volume_prune_options, is_all),
	  .help = "Remove all unused volumes, not just anonymous ones" },
	{ "filter", 0, OPTION_CUSTOM, OPTION_AT(volume_prune_options, filter),
	  .help = "Provide filter values (e.g. \"label=<label>\")",
	  .placeholder = "filter", .set = filter_set },
	{ "force", 'f', OPTION_BOOL, OPTION_AT(volume_prune_options, is_forced),
	  .help = "Do not prompt for confirmation" },
	{ 0 },
};

static const struct usage prune_usage = {
	.arguments = "",
	.summary = "Remove unused local volumes",
	.options = prune_option_table,
	.least = 0,
	.most = 0,
};

static bool is_wanted(const struct filter *given, bool is_all,
		      const json_t *labels)
{
	return (is_all || json_object_get(labels, VOLUME_ANONYMOUS)) &&
	       filter_allows_labels(given, labels);
}

static int remove_one(const struct store *store, const char *name,
		      struct prune_yield *removal, struct error *err)
{
	uint64_t size = 0;

	if (volume_size(store, name, &size, err) < 0 ||
	    volume_remove(store, name, err) < 0)
		return -1;
	strbuf_addf(&removal->lines, "%s\n", name);
	removal->freed += size;
	return 0;
}

/* Under the store's lock no container comes to use one meanwhile. */
int prune_volumes(const struct store *store, const struct filter *given,
		  bool is_all, struct prune_yield *removal, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(jsonx_free) json_t *uses = NULL;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    volume_use_find(store, &uses, err) < 0 ||
	    volume_use_add_leased(store, uses, err) < 0 ||
	    volume_list(store, &names, err) < 0)
		return -1;
	volume_hold_sweep(store);
	for (size_t i = 0; i < names.count; i++) {
		autoclean(jsonx_free) json_t *document = NULL;
		const char *name = names.items[i];

		if (json_object_get(uses, name))
			continue;
		if (volume_inspect(store, name, &document, err) < 0 ||
		    (is_wanted(given, is_all,
			       json_object_get(document, "Labels")) &&
		     remove_one(store, name, removal, err) < 0))
			return -1;
	}
	return 0;
}

static int run(struct command_call *call,
	       const struct volume_prune_options *options, struct error *err)
{
	static const char *const accepted[] = { "all", "label", "label!",
						NULL };
	static const char unused[] = "all local volumes not used by at least "
				     "one container";
	static const char anonymous[] = "anonymous local volumes not used by "
					"at least one container";
	struct prune_yield removal = PRUNE_YIELD_INIT;
	bool is_all = options->is_all;
	struct store *store;
	bool is_asked_for;
	int result;

	if (filter_check(&options->filter, accepted, err) < 0 ||
	    filter_bool(&options->filter, "all", &is_all, err) < 0 ||
	    prune_ask(options->is_forced, is_all ? unused : anonymous,
		      &is_asked_for, err) < 0)
		return -1;
	if (!is_asked_for)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	result = prune_volumes(store, &options->filter, is_all, &removal, err);
	if (result == 0)
		result = prune_report("Deleted Volumes:", removal.lines.text,
				      removal.freed, err);
	strbuf_release(&removal.lines);
	return result;
}

int cmd_volume_prune(struct command_call *call, struct error *err)
{
	autoclean(volume_prune_options_release) struct volume_prune_options
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
