/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl volume create, ls and rm */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/lockfile.h"
#include "cmd/filter.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_parts.h"
#include "cmd/front/shape.h"
#include "cmd/front/volume_inspect.h"
#include "cmd/front/volume_use.h"
#include "cmd/verb.h"
#include "layers/store/volume.h"
#include "layers/store/volume_options.h"
#include "runtime/engine/volume_hold.h"

struct create_options {
	struct run_options run; /* whose --label is the same */
	const char *driver;
	const char *name; /* what docker had before names were operands */
	struct strvec driver_options;
};

static void create_options_release(struct create_options *options)
{
	run_options_release(&options->run);
	strvec_release(&options->driver_options);
}
DEFINE_CLEANUP(struct create_options, create_options_release)

static const struct option_spec volume_create_option_table[] = {
	{ "driver", 'd', OPTION_STRING, OPTION_AT(create_options, driver),
	  .help = "Specify volume driver name", .fallback = "\"local\"" },
	{ "label", 0, OPTION_LIST, OPTION_AT(create_options, run.labels),
	  .help = "Set metadata for a volume" },
	{ "name", 0, OPTION_STRING, OPTION_AT(create_options, name) },
	{ "opt", 'o', OPTION_LIST, OPTION_AT(create_options, driver_options),
	  .help = "Set driver specific options" },
	{ 0 },
};

static const struct usage create_usage = {
	.arguments = "[VOLUME]",
	.summary = "Create a volume",
	.options = volume_create_option_table,
	.least = 0,
	.most = 1,
};

static int check_create(const struct create_options *options, const char *name,
			struct error *err)
{
	if (strcmp(options->driver, "local") != 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "create %s: error looking up volume plugin "
				 "%s: plugin \"%s\" not found",
				 name ? name : "a volume", options->driver,
				 options->driver);
	return name ? run_mount_check_name(name, err) : 0;
}

static int read_driver_options(const struct create_options *options,
			       const char *name, json_t **out,
			       struct error *err)
{
	*out = json_object();
	for (size_t i = 0; i < options->driver_options.count; i++)
		volume_options_add(*out, options->driver_options.items[i]);
	if (volume_options_check(*out, err) < 0)
		return error_wrap(err, "create %s", name ? name : "a volume");
	return 0;
}

static int create(struct command_call *call,
		  const struct create_options *options, const char *name,
		  struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(jsonx_free) json_t *labels = NULL;
	autoclean(jsonx_free) json_t *asked = NULL;
	struct volume_request request = { .name = name };
	autofree char *made = NULL;
	struct store *store;

	if (check_create(options, name, err) < 0 ||
	    read_driver_options(options, name, &asked, err) < 0 ||
	    run_labels(&options->run, NULL, &labels, err) < 0 ||
	    context_store(call->context, &store, err) < 0)
		return -1;
	request.labels = labels;
	request.options = asked;
	/* what is half made is not removed */
	if (store_lock(store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    volume_create(store, &request, &made, err) < 0)
		return -1;
	return verb_echo(made, err);
}

int cmd_volume_create(struct command_call *call, struct error *err)
{
	autoclean(create_options_release) struct create_options options = {
		.run = RUN_OPTIONS_INIT,
		.driver = "local",
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &create_usage,
		.target = &options,
	};
	const char *name;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	name = usage.result.operands[0];
	if (name && options.name)
		return error_set(err, ERROR_INVALID,
				 "conflicting options: either specify --name "
				 "or provide positional arg, not both");
	return create(call, &options, name ? name : options.name, err);
}

struct ls_options {
	bool is_quiet;
	const char *format;
	struct filter filter;
};

static void ls_options_release(struct ls_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct ls_options, ls_options_release)

static const struct option_spec ls_option_table[] = {
	{ "filter", 'f', OPTION_CUSTOM, OPTION_AT(ls_options, filter),
	  .help = "Provide filter values (e.g. \"dangling=true\")",
	  .placeholder = "filter", .set = filter_set },
	{ "format", 0, OPTION_STRING, OPTION_AT(ls_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(ls_options, is_quiet),
	  .help = "Only display volume names" },
	{ 0 },
};

static const struct usage ls_usage = {
	.arguments = "",
	.summary = "List volumes",
	.aliases = "imgctl volume ls, imgctl volume list",
	.options = ls_option_table,
	.least = 0,
	.most = 0,
};

static const struct listing_column columns[] = {
	{ "Availability", "AVAILABILITY" },
	{ "Driver", "DRIVER" },
	{ "Group", "GROUP" },
	{ "Labels", "LABELS" },
	{ "Links", "LINKS" },
	{ "Mountpoint", "MOUNTPOINT" },
	{ "Name", "VOLUME NAME" },
	{ "Scope", "SCOPE" },
	{ "Size", "SIZE" },
	{ "Status", "STATUS" },
	{ NULL, NULL },
};

static const struct listing listing = {
	.type = "*formatter.volumeContext",
	.columns = columns,
	.table = "table {{.Driver}}\t{{.Name}}",
	.has_labels = true,
};

/* What -f asks about: the volumes in use, and whether those are wanted. */
struct wish {
	const struct filter *given;
	const json_t *uses;
	bool is_dangling;
};

static bool is_wanted(const struct wish *wish, const json_t *document)
{
	const struct filter *given = wish->given;
	const char *name = shape_text(document, "Name");
	bool is_used = json_object_get(wish->uses, name);

	return filter_match_regex(given, "name", name) &&
	       filter_match_exact(given, "driver", "local") &&
	       filter_allows_labels(given,
				    json_object_get(document, "Labels")) &&
	       (!filter_has(given, "dangling") || is_used != wish->is_dangling);
}

/* What only a swarm or a measurement would know is N/A, as with docker. */
static json_t *make_row(const json_t *document)
{
	json_t *labels = json_object_get(document, "Labels");

	return json_pack("{s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:O}",
			 "Availability", "N/A", "Driver", "local", "Group",
			 "N/A", "Labels", rows_join_labels(labels), "Links",
			 "N/A", "Mountpoint",
			 shape_text(document, "Mountpoint"), "Name",
			 shape_text(document, "Name"), "Scope", "local", "Size",
			 "N/A", "Status", "N/A", ROWS_LABELS, labels);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int make_rows(const struct store *store, const struct wish *wish,
		     json_t *rows, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (volume_list(store, &names, err) < 0)
		return -1;
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), by_name);
	for (size_t i = 0; i < names.count; i++) {
		autoclean(jsonx_free) json_t *document = NULL;

		if (volume_inspect(store, names.items[i], &document, err) < 0)
			return -1;
		if (is_wanted(wish, document))
			(void)json_array_append_new(rows, make_row(document));
	}
	return 0;
}

static int list(struct command_call *call, const struct ls_options *options,
		struct error *err)
{
	static const char *const accepted[] = { "dangling", "driver", "label",
						"label!",   "name",   NULL };
	autoclean(jsonx_free) json_t *uses = NULL;
	autoclean(jsonx_free) json_t *rows = json_array();
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	const char *format = options->format ? options->format : "";
	struct wish wish = { .given = &options->filter };
	struct store *store;

	if (options->is_quiet && (!*format || !strcmp(format, "table")))
		format = "{{.Name}}";
	if (filter_check(&options->filter, accepted, err) < 0 ||
	    filter_bool(&options->filter, "dangling", &wish.is_dangling, err) <
		    0 ||
	    context_store(call->context, &store, err) < 0 ||
	    volume_use_find(store, &uses, err) < 0)
		return -1;
	wish.uses = uses;
	if (make_rows(store, &wish, rows, err) < 0 ||
	    rows_print(&listing, format, rows, &out, err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}

int cmd_volume_ls(struct command_call *call, struct error *err)
{
	autoclean(ls_options_release) struct ls_options options = {
		.filter = FILTER_INIT
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &ls_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : list(call, &options, err);
}

struct rm_options {
	bool is_forced;
};

static const struct option_spec rm_option_table[] = {
	{ "force", 'f', OPTION_BOOL, OPTION_AT(rm_options, is_forced),
	  .help = "Force the removal of one or more volumes" },
	{ 0 },
};

static const struct usage rm_usage = {
	.arguments = "VOLUME [VOLUME...]",
	.summary = "Remove one or more volumes. You cannot remove a volume "
		   "that is in use by a container",
	.aliases = "imgctl volume rm, imgctl volume remove",
	.options = rm_option_table,
	.least = 1,
	.most = -1,
};

struct removing {
	struct store *store;
	const struct rm_options *options;
};

/* Under the store's lock no container comes to use it meanwhile. */
static int remove_one(void *context, const char *name, struct error *err)
{
	const struct removing *removing = context;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(jsonx_free) json_t *uses = NULL;
	const json_t *users;

	if (store_lock(removing->store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    volume_use_find(removing->store, &uses, err) < 0 ||
	    volume_use_add_leased(removing->store, uses, err) < 0)
		return -1;
	users = json_object_get(uses, name);
	if (users)
		return error_set(err, ERROR_BUSY,
				 "remove %s: volume is in use - [%s]", name,
				 json_string_value(json_array_get(users, 0)));
	if (!volume_exists(removing->store, name)) {
		if (!removing->options->is_forced)
			return error_set(err, ERROR_NOT_FOUND,
					 "get %s: no such volume", name);
		return verb_echo(name, err);
	}
	volume_hold_sweep(removing->store);
	if (volume_remove(removing->store, name, err) < 0)
		return -1;
	return verb_echo(name, err);
}

int cmd_volume_rm(struct command_call *call, struct error *err)
{
	struct rm_options options = { false };
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
