/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl container prune */
#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/filter.h"
#include "cmd/front/container_entry.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/prune.h"
#include "cmd/front/prune_parts.h"
#include "cmd/verb.h"
#include "runtime/engine/container_delete.h"
#include "runtime/engine/container_sweep.h"

struct container_prune_options {
	bool is_forced;
	struct filter filter;
};

static void container_prune_options_release(
	struct container_prune_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct container_prune_options, container_prune_options_release)

static const struct option_spec prune_option_table[] = {
	{ "filter", 0, OPTION_CUSTOM,
	  OPTION_AT(container_prune_options, filter),
	  .help = "Provide filter values (e.g. \"until=<timestamp>\")",
	  .placeholder = "filter", .set = filter_set },
	{ "force", 'f', OPTION_BOOL,
	  OPTION_AT(container_prune_options, is_forced),
	  .help = "Do not prompt for confirmation" },
	{ 0 },
};

static const struct usage prune_usage = {
	.arguments = "",
	.summary = "Remove all stopped containers",
	.options = prune_option_table,
	.least = 0,
	.most = 0,
};

static bool is_ended(const struct container_entry *entry)
{
	switch (entry->state.status) {
	case CONTAINER_CREATED:
	case CONTAINER_EXITED:
	case CONTAINER_DEAD:
		return true;
	case CONTAINER_STATUS_NONE:
	case CONTAINER_RUNNING:
	case CONTAINER_PAUSED:
	case CONTAINER_RESTARTING:
	case CONTAINER_REMOVING:
		break;
	}
	return false;
}

/* One that was started or removed meanwhile is no failure. */
static int remove_one(const struct store *store, struct container_entry *entry,
		      struct prune_yield *removal, struct error *err)
{
	static const struct container_delete how = { .is_forced = false };

	if (container_entry_measure(store, entry, err) == 0 &&
	    container_delete(store, &entry->container, &how, err) == 0) {
		strbuf_addf(&removal->lines, "%s\n", entry->container.id);
		removal->freed += entry->size_rw;
		return 0;
	}
	if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_BUSY)
		return -1;
	error_release(err);
	return 0;
}

int prune_containers(const struct store *store, const struct filter *given,
		     struct prune_yield *removal, struct error *err)
{
	autoclean(container_entries_release) struct container_entries entries =
		CONTAINER_ENTRIES_INIT;
	int64_t until = 0;

	container_sweep(store);
	if (filter_time(given, "until", clock_now(), &until, err) < 0 ||
	    container_entries_load(store, &entries, err) < 0)
		return -1;
	for (size_t i = 0; i < entries.count; i++) {
		struct container_entry *entry = &entries.items[i];
		const json_t *labels = json_object_get(entry->container.config,
						       "Labels");

		if (!is_ended(entry) || !filter_allows_labels(given, labels) ||
		    (filter_has(given, "until") && entry->created >= until))
			continue;
		if (remove_one(store, entry, removal, err) < 0)
			return -1;
	}
	return 0;
}

static int run(struct command_call *call,
	       const struct container_prune_options *options, struct error *err)
{
	static const char *const accepted[] = { "label", "label!", "until",
						NULL };
	struct prune_yield removal = PRUNE_YIELD_INIT;
	struct store *store;
	bool is_wanted;
	int result;

	if (filter_check(&options->filter, accepted, err) < 0 ||
	    prune_ask(options->is_forced, "all stopped containers", &is_wanted,
		      err) < 0)
		return -1;
	if (!is_wanted)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	result = prune_containers(store, &options->filter, &removal, err);
	if (result == 0)
		result = prune_report("Deleted Containers:", removal.lines.text,
				      removal.freed, err);
	strbuf_release(&removal.lines);
	return result;
}

int cmd_container_prune(struct command_call *call, struct error *err)
{
	autoclean(
		container_prune_options_release) struct container_prune_options
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
