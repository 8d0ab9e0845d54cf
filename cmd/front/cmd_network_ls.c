/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl network ls */
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/filter.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/network_inspect.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/shape.h"
#include "cmd/units.h"
#include "cmd/verb.h"

struct network_ls_options {
	bool is_quiet, is_whole;
	const char *format;
	struct filter filter;
};

static void network_ls_options_release(struct network_ls_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct network_ls_options, network_ls_options_release)

static const struct option_spec network_ls_option_table[] = {
	{ "filter", 'f', OPTION_CUSTOM, OPTION_AT(network_ls_options, filter),
	  .help = "Provide filter values (e.g. \"driver=bridge\")",
	  .placeholder = "filter", .set = filter_set },
	{ "format", 0, OPTION_STRING, OPTION_AT(network_ls_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "no-trunc", 0, OPTION_BOOL, OPTION_AT(network_ls_options, is_whole),
	  .help = "Do not truncate the output" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(network_ls_options, is_quiet),
	  .help = "Only display network IDs" },
	{ 0 },
};

static const struct usage ls_usage = {
	.arguments = "",
	.summary = "List networks",
	.aliases = "imgctl network ls, imgctl network list",
	.options = network_ls_option_table,
	.least = 0,
	.most = 0,
};

static const struct listing_column columns[] = {
	{ "CreatedAt", "CREATED AT" },
	{ "Driver", "DRIVER" },
	{ "ID", "NETWORK ID" },
	{ "IPv4", "IPV4" },
	{ "IPv6", "IPV6" },
	{ "Internal", "INTERNAL" },
	{ "Labels", "LABELS" },
	{ "Name", "NAME" },
	{ "Scope", "SCOPE" },
	{ NULL, NULL },
};

static const struct listing listing = {
	.type = "*network.networkContext",
	.columns = columns,
	.table = "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
	.has_labels = true,
};

static const char *word(const json_t *document, const char *key)
{
	return json_is_true(json_object_get(document, key)) ? "true" : "false";
}

static json_t *make_row(const json_t *document, bool is_whole)
{
	const char *id = shape_text(document, "Id");
	autofree char *shown = is_whole ? xstrdup(id) : units_short_id(id);
	json_t *labels = json_object_get(document, "Labels");

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:O}",
			 "CreatedAt", shape_text(document, "Created"), "Driver",
			 shape_text(document, "Driver"), "ID", shown, "IPv4",
			 word(document, "EnableIPv4"), "IPv6",
			 word(document, "EnableIPv6"), "Internal",
			 word(document, "Internal"), "Labels",
			 rows_join_labels(labels), "Name",
			 shape_text(document, "Name"), "Scope", "local",
			 ROWS_LABELS, labels);
}

/* What -f asks about. */
struct network_wish {
	const struct filter *given;
	bool is_dangling;
};

static bool is_wanted(const struct network_wish *wish, const json_t *document)
{
	const struct filter *given = wish->given;
	const char *name = shape_text(document, "Name");
	bool is_own = !network_is_predefined(name);
	bool is_dangling = is_own && !json_object_size(json_object_get(
					     document, "Containers"));

	return filter_match_regex(given, "name", name) &&
	       filter_match_prefix(given, "id", shape_text(document, "Id")) &&
	       filter_match_exact(given, "driver",
				  shape_text(document, "Driver")) &&
	       filter_match_exact(given, "scope", "local") &&
	       filter_match_exact(given, "type",
				  is_own ? "custom" : "builtin") &&
	       filter_match_labels(given, "label",
				   json_object_get(document, "Labels")) &&
	       (!filter_has(given, "dangling") ||
		is_dangling == wish->is_dangling);
}

static int check_types(const struct filter *given, struct error *err)
{
	const char *value;

	for (size_t i = 0; (value = filter_value(given, "type", i)); i++) {
		if (strcmp(value, "custom") != 0 &&
		    strcmp(value, "builtin") != 0)
			return error_set(err, ERROR_INVALID,
					 "invalid filter: 'type'='%s'", value);
	}
	return 0;
}

static int make_rows(const struct store *store, const struct network_wish *wish,
		     bool is_whole, json_t *rows, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (network_inspect_list(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autoclean(jsonx_free) json_t *document = NULL;

		if (network_inspect(store, names.items[i], &document, err) < 0)
			return -1;
		if (is_wanted(wish, document))
			(void)json_array_append_new(
				rows, make_row(document, is_whole));
	}
	return 0;
}

static int list(struct command_call *call,
		const struct network_ls_options *options, struct error *err)
{
	static const char *const accepted[] = { "dangling", "driver", "id",
						"label",    "name",   "scope",
						"type",	    NULL };
	autoclean(jsonx_free) json_t *rows = json_array();
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	const char *format = options->format ? options->format : "";
	struct network_wish wish = { .given = &options->filter };
	struct store *store;

	if (options->is_quiet && (!*format || !strcmp(format, "table")))
		format = "{{.ID}}";
	if (filter_check(&options->filter, accepted, err) < 0 ||
	    check_types(&options->filter, err) < 0 ||
	    filter_bool(&options->filter, "dangling", &wish.is_dangling, err) <
		    0 ||
	    context_store(call->context, &store, err) < 0)
		return -1;
	if (make_rows(store, &wish, options->is_whole, rows, err) < 0 ||
	    rows_print(&listing, format, rows, &out, err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}

int cmd_network_ls(struct command_call *call, struct error *err)
{
	autoclean(network_ls_options_release) struct network_ls_options
		options = { .filter = FILTER_INIT };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &ls_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : list(call, &options, err);
}
