/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl ps */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/front/container_filter.h"
#include "cmd/front/container_rows.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/user_config.h"
#include "cmd/verb.h"
#include "runtime/engine/container_sweep.h"

struct ps_options {
	bool is_all;
	bool is_latest;
	bool is_whole;
	bool is_quiet;
	bool has_size;
	int64_t last;
	const char *format;
	struct filter filter;
};

static void ps_options_release(struct ps_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct ps_options, ps_options_release)

static const struct option_spec ps_option_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(ps_options, is_all),
	  .help = "Show all containers (default shows just running)" },
	{ "filter", 'f', OPTION_CUSTOM, OPTION_AT(ps_options, filter),
	  .help = "Filter output based on conditions provided",
	  .placeholder = "filter", .set = filter_set },
	{ "format", 0, OPTION_STRING, OPTION_AT(ps_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "last", 'n', OPTION_INT, OPTION_AT(ps_options, last),
	  .help = "Show n last created containers (includes all states)",
	  .fallback = "-1" },
	{ "latest", 'l', OPTION_BOOL, OPTION_AT(ps_options, is_latest),
	  .help = "Show the latest created container (includes all states)" },
	{ "no-trunc", 0, OPTION_BOOL, OPTION_AT(ps_options, is_whole),
	  .help = "Don't truncate output" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(ps_options, is_quiet),
	  .help = "Only display container IDs" },
	{ "size", 's', OPTION_BOOL, OPTION_AT(ps_options, has_size),
	  .help = "Display total file sizes" },
	{ 0 },
};

static const struct usage ps_usage = {
	.arguments = "",
	.summary = "List containers",
	.aliases = "imgctl container ls, imgctl container list, "
		   "imgctl container ps, imgctl ps",
	.options = ps_option_table,
	.least = 0,
	.most = 0,
};

static const struct listing_column columns[] = {
	{ "ID", "CONTAINER ID" },
	{ "Names", "NAMES" },
	{ "Image", "IMAGE" },
	{ "Command", "COMMAND" },
	{ "CreatedAt", "CREATED AT" },
	{ "RunningFor", "CREATED" },
	{ "Ports", "PORTS" },
	{ "State", "STATE" },
	{ "Status", "STATUS" },
	{ "Size", "SIZE" },
	{ "Labels", "LABELS" },
	{ "Mounts", "MOUNTS" },
	{ "LocalVolumes", "LOCAL VOLUMES" },
	{ "Networks", "NETWORKS" },
	{ "HealthStatus", "HEALTH STATUS" },
	{ NULL, NULL },
};

#define TABLE                                                        \
	"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t" \
	"{{.Status}}\t{{.Ports}}\t{{.Names}}"
#define RAW                                                            \
	"container_id: {{.ID}}\nimage: {{.Image}}\n"                   \
	"command: {{.Command}}\ncreated_at: {{.CreatedAt}}\n"          \
	"state: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\n" \
	"names: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\n"           \
	"ports: {{- pad .Ports 1 0}}\n"

static const struct listing plain = {
	.type = "*formatter.ContainerContext",
	.columns = columns,
	.table = TABLE,
	.raw = RAW,
	.has_labels = true,
	.is_probed = true,
};

static const struct listing with_size = {
	.type = "*formatter.ContainerContext",
	.columns = columns,
	.table = TABLE "\t{{.Size}}",
	.raw = RAW "size: {{.Size}}\n",
	.has_labels = true,
	.is_probed = true,
};

/* Unlike in `images`, -q counts more than a template. */
static char *settle_format(const struct command_call *call,
			   const struct ps_options *options)
{
	const char *format = options->format ? options->format : "";

	if (!options->is_quiet && *format)
		return xstrdup(format);
	if (!options->is_quiet)
		return user_config_text(call->context, "psFormat");
	if (*format)
		verb_tell("WARNING: Ignoring custom format, because both "
			  "--format and --quiet are set.");
	return xstrdup(strcmp(format, "raw") ? "{{.ID}}"
					     : "container_id: {{.ID}}");
}

static int measure(const struct store *store, struct container_entries *entries,
		   struct error *err)
{
	for (size_t i = 0; i < entries->count; i++) {
		if (container_entry_measure(store, &entries->items[i], err) < 0)
			return -1;
	}
	return 0;
}

static int list_containers(struct command_call *call,
			   const struct ps_options *options, struct strbuf *out,
			   struct error *err)
{
	autoclean(container_entries_release) struct container_entries entries =
		CONTAINER_ENTRIES_INIT;
	autoclean(jsonx_free) json_t *rows = NULL;
	autofree char *format = settle_format(call, options);
	bool has_size = options->has_size ||
			(format && strstr(format, ".Size"));
	struct container_rows_options how = { options->is_whole, clock_now() };
	struct container_filter filter = {
		.given = &options->filter,
		.is_all = options->is_all,
		.most = options->is_latest && options->last == -1
				? 1
				: options->last,
	};
	struct store *store;

	if (context_store(call->context, &store, err) < 0)
		return -1;
	container_sweep(store);
	if (container_entries_load(store, &entries, err) < 0 ||
	    container_filter_apply(&filter, store, &entries, err) < 0 ||
	    (has_size && measure(store, &entries, err) < 0))
		return -1;
	rows = container_rows_make(&entries, &how);
	return rows_print(options->has_size ? &with_size : &plain, format, rows,
			  out, err);
}

int cmd_ps(struct command_call *call, struct error *err)
{
	autoclean(ps_options_release) struct ps_options options = {
		.last = -1,
		.filter = FILTER_INIT,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &ps_usage,
		.target = &options,
	};
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (list_containers(call, &options, &out, err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}
