/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl system df */
#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/container_entry.h"
#include "cmd/front/disk_use_detail.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/image_entry.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/volume_use.h"
#include "cmd/units.h"
#include "cmd/verb.h"
#include "layers/store/volume.h"

struct df_options {
	bool is_verbose;
	const char *format;
};

static const struct option_spec df_option_table[] = {
	{ "format", 0, OPTION_STRING, OPTION_AT(df_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "verbose", 'v', OPTION_BOOL, OPTION_AT(df_options, is_verbose),
	  .help = "Show detailed information on space usage" },
	{ 0 },
};

static const struct usage df_usage = {
	.arguments = "",
	.summary = "Show disk usage",
	.options = df_option_table,
	.least = 0,
	.most = 0,
};

static const struct listing_column columns[] = {
	{ "Active", "ACTIVE" }, { "Reclaimable", "RECLAIMABLE" },
	{ "Size", "SIZE" },	{ "TotalCount", "TOTAL" },
	{ "Type", "TYPE" },	{ NULL, NULL },
};

static const struct listing listing = {
	.type = "*formatter.diskUsageContext",
	.columns = columns,
	.table = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t"
		 "{{.Reclaimable}}",
};

/* One kind of thing. */
struct kind {
	size_t total, active;
	uint64_t size, in_use;
};

static void add_row(json_t *rows, const char *type, const struct kind *kind,
		    bool has_share)
{
	uint64_t spare = kind->size - kind->in_use;
	char size[UNITS_TEXT_MAX];
	char spared[UNITS_TEXT_MAX];
	autofree char *reclaimable = NULL;
	autofree char *total = xasprintf("%zu", kind->total);
	autofree char *active = xasprintf("%zu", kind->active);

	units_format_size((double)kind->size, size);
	units_format_size((double)spare, spared);
	reclaimable = kind->size && has_share
			      ? xasprintf("%s (%d%%)", spared,
					  (int)(spare * 100 / kind->size))
			      : xstrdup(spared);
	(void)json_array_append_new(
		rows, json_pack("{s:s,s:s,s:s,s:s,s:s}", "Type", type,
				"TotalCount", total, "Active", active, "Size",
				size, "Reclaimable", reclaimable));
}

/* Layers that images share count once. */
static void count_images(const struct image_entries *images, const json_t *used,
			 struct kind *out)
{
	autoclean(jsonx_free) json_t *seen = json_object();
	autoclean(jsonx_free) json_t *kept = json_object();

	for (size_t i = 0; i < images->count; i++) {
		const struct image_record *image = &images->items[i].record;
		bool is_used = json_object_get(used, image->id.text);

		out->total++;
		out->active += is_used;
		for (size_t j = 0; j < image->layer_count; j++) {
			const struct image_layer *layer = &image->layers[j];

			if (!json_object_get(seen, layer->folder))
				out->size += layer->size;
			if (is_used && !json_object_get(kept, layer->folder))
				out->in_use += layer->size;
			(void)json_object_set_new(seen, layer->folder,
						  json_true());
			if (is_used)
				(void)json_object_set_new(kept, layer->folder,
							  json_true());
		}
	}
}

static int count_containers(const struct store *store,
			    struct container_entries *entries, json_t *used,
			    struct kind *out, struct error *err)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct container_entry *entry = &entries->items[i];
		bool is_running = container_entry_is_running(entry);

		if (container_entry_measure(store, entry, err) < 0)
			return -1;
		out->total++;
		out->active += is_running;
		out->size += entry->size_rw;
		out->in_use += is_running ? entry->size_rw : 0;
		(void)json_object_set_new(used, entry->container.image,
					  json_true());
	}
	return 0;
}

static int count_volumes(const struct store *store, struct kind *out,
			 struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(jsonx_free) json_t *uses = NULL;

	if (volume_list(store, &names, err) < 0 ||
	    volume_use_find(store, &uses, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		bool is_used = json_object_get(uses, names.items[i]);
		uint64_t size = 0;

		if (volume_size(store, names.items[i], &size, err) < 0)
			return -1;
		out->total++;
		out->active += is_used;
		out->size += size;
		out->in_use += is_used ? size : 0;
	}
	return 0;
}

static int make_rows(const struct store *store, json_t *rows, struct error *err)
{
	autoclean(
		container_entries_release) struct container_entries containers =
		CONTAINER_ENTRIES_INIT;
	autoclean(image_entries_release) struct image_entries images =
		IMAGE_ENTRIES_INIT;
	autoclean(jsonx_free) json_t *used = json_object();
	struct kind kinds[3] = { { 0 } };
	static const struct kind none = { 0 };

	if (container_entries_load(store, &containers, err) < 0 ||
	    image_entries_load(store, &images, err) < 0 ||
	    count_containers(store, &containers, used, &kinds[1], err) < 0 ||
	    count_volumes(store, &kinds[2], err) < 0)
		return -1;
	count_images(&images, used, &kinds[0]);
	add_row(rows, "Images", &kinds[0], true);
	add_row(rows, "Containers", &kinds[1], true);
	add_row(rows, "Local Volumes", &kinds[2], true);
	add_row(rows, "Build Cache", &none, false);
	return 0;
}

int cmd_system_df(struct command_call *call, struct error *err)
{
	struct df_options options = { false, NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &df_usage,
		.target = &options,
	};
	autoclean(jsonx_free) json_t *rows = json_array();
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	struct store *store;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	if (options.is_verbose) {
		if (disk_use_detail_print(store, options.format, &out, err) < 0)
			return -1;
		return command_print(out.text, out.length, err);
	}
	if (make_rows(store, rows, err) < 0 ||
	    rows_print(&listing, options.format, rows, &out, err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}
