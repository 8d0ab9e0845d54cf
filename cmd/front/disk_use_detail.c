/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of images, ps and volume ls, with docker's columns for disk use. */
#include "cmd/front/disk_use_detail.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/front/container_rows.h"
#include "cmd/front/image_rows.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/volume_use.h"
#include "cmd/units.h"
#include "layers/store/volume.h"

static const struct listing_column image_columns[] = {
	{ "Repository", "REPOSITORY" },
	{ "Tag", "TAG" },
	{ "ID", "IMAGE ID" },
	{ "CreatedSince", "CREATED" },
	{ "Size", "SIZE" },
	{ "SharedSize", "SHARED SIZE" },
	{ "UniqueSize", "UNIQUE SIZE" },
	{ "Containers", "CONTAINERS" },
	{ NULL, NULL },
};

static const struct listing_column container_columns[] = {
	{ "ID", "CONTAINER ID" }, { "Image", "IMAGE" },
	{ "Command", "COMMAND" }, { "LocalVolumes", "LOCAL VOLUMES" },
	{ "Size", "SIZE" },	  { "RunningFor", "CREATED" },
	{ "Status", "STATUS" },	  { "Names", "NAMES" },
	{ NULL, NULL },
};

static const struct listing_column volume_columns[] = {
	{ "Name", "VOLUME NAME" },
	{ "Links", "LINKS" },
	{ "Size", "SIZE" },
	{ NULL, NULL },
};

static const struct listing_column cache_columns[] = {
	{ "ID", "CACHE ID" },
	{ "CacheType", "CACHE TYPE" },
	{ "Size", "SIZE" },
	{ "CreatedSince", "CREATED" },
	{ "LastUsedSince", "LAST USED" },
	{ "UsageCount", "USAGE" },
	{ "Shared", "SHARED" },
	{ NULL, NULL },
};

/* One table: its title, its name in JSON, and how it is shown. */
struct section {
	const char *title;
	const char *name;
	struct listing listing;
};

enum { IMAGES, CONTAINERS, VOLUMES, CACHE, SECTION_COUNT };

static const struct section sections[SECTION_COUNT] = {
	[IMAGES] = { "Images space usage:\n\n",
		     "Images",
		     { .type = "*formatter.imageContext",
		       .columns = image_columns,
		       .table = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
				"{{if .CreatedSince}}{{.CreatedSince}}"
				"{{else}}N/A{{end}}\t{{.Size}}\t"
				"{{.SharedSize}}\t{{.UniqueSize}}\t"
				"{{.Containers}}" } },
	[CONTAINERS] = { "\nContainers space usage:\n\n",
			 "Containers",
			 { .type = "*formatter.ContainerContext",
			   .columns = container_columns,
			   .table = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t"
				    "{{.LocalVolumes}}\t{{.Size}}\t"
				    "{{.RunningFor}}\t{{.Status}}\t"
				    "{{.Names}}" } },
	[VOLUMES] = { "\nLocal Volumes space usage:\n\n",
		      "Volumes",
		      { .type = "*formatter.volumeContext",
			.columns = volume_columns,
			.table = "table {{.Name}}\t{{.Links}}\t{{.Size}}" } },
	[CACHE] = { "\nBuild cache usage: 0B\n\n",
		    "BuildCache",
		    { .type = "*formatter.buildCacheContext",
		      .columns = cache_columns,
		      .table = "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t"
			       "{{.CreatedSince}}\t{{.LastUsedSince}}\t"
			       "{{.UsageCount}}\t{{.Shared}}" } },
};

static void set_size(json_t *row, const char *field, uint64_t bytes)
{
	char text[UNITS_TEXT_MAX];

	units_format_size3((double)bytes, text);
	(void)json_object_set_new(row, field, json_string(text));
}

static void set_count(json_t *row, const char *field, size_t count)
{
	autofree char *text = xasprintf("%zu", count);

	(void)json_object_set_new(row, field, json_string(text));
}

/* In how many images each layer is: an object of integers. */
static json_t *count_layers(const struct image_entries *images)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < images->count; i++) {
		const struct image_record *image = &images->items[i].record;

		for (size_t j = 0; j < image->layer_count; j++) {
			const char *folder = image->layers[j].folder;
			json_int_t count = json_integer_value(
				json_object_get(counts, folder));

			(void)json_object_set_new(counts, folder,
						  json_integer(count + 1));
		}
	}
	return counts;
}

static size_t count_users(const struct container_entries *containers,
			  const char *id)
{
	size_t count = 0;

	for (size_t i = 0; i < containers->count; i++)
		count += !strcmp(containers->items[i].container.image, id);
	return count;
}

/* Fill in what of IMAGE is its own, in each of its ROWS, and cut its id. */
static void complete_image(const struct image_record *image,
			   const json_t *counts, size_t users, json_t *rows)
{
	uint64_t shared = 0;
	autofree char *id = units_short_id(image->id.text);
	json_t *row;
	size_t i;

	for (size_t j = 0; j < image->layer_count; j++) {
		const struct image_layer *layer = &image->layers[j];
		const json_t *count = json_object_get(counts, layer->folder);

		shared += json_integer_value(count) > 1 ? layer->size : 0;
	}
	json_array_foreach(rows, i, row)
	{
		const char *text =
			json_string_value(json_object_get(row, "ID"));

		if (strcmp(text, image->id.text) != 0)
			continue;
		(void)json_object_set_new(row, "ID", json_string(id));
		set_size(row, "SharedSize", shared);
		set_size(row, "UniqueSize",
			 image->size > shared ? image->size - shared : 0);
		set_count(row, "Containers", users);
	}
}

static json_t *make_images(const struct image_entries *images,
			   const struct container_entries *containers)
{
	struct image_rows_options how = { .is_whole = true,
					  .now = clock_now() };
	autoclean(jsonx_free) json_t *counts = count_layers(images);
	json_t *rows = image_rows_make(images, &how);

	for (size_t i = 0; i < images->count; i++) {
		const struct image_record *image = &images->items[i].record;

		complete_image(image, counts,
			       count_users(containers, image->id.text), rows);
	}
	return rows;
}

static json_t *make_containers(const struct container_entries *containers)
{
	struct container_rows_options how = { false, clock_now() };
	json_t *rows = container_rows_make(containers, &how);

	for (size_t i = 0; i < containers->count; i++)
		set_size(json_array_get(rows, i), "Size",
			 containers->items[i].size_rw);
	return rows;
}

static int add_volumes(const struct store *store, json_t *rows,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(jsonx_free) json_t *uses = NULL;

	if (volume_list(store, &names, err) < 0 ||
	    volume_use_find(store, &uses, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		uint64_t size = 0;
		json_t *row;

		if (volume_size(store, name, &size, err) < 0)
			return -1;
		row = json_pack("{s:s}", "Name", name);
		set_count(row, "Links",
			  json_array_size(json_object_get(uses, name)));
		set_size(row, "Size", size);
		(void)json_array_append_new(rows, row);
	}
	return 0;
}

static int measure(const struct store *store,
		   struct container_entries *containers, struct error *err)
{
	for (size_t i = 0; i < containers->count; i++) {
		if (container_entry_measure(store, &containers->items[i], err) <
		    0)
			return -1;
	}
	return 0;
}

/* An object of the sections' rows, the caller's; NULL on errors. */
static json_t *make_all(const struct store *store, struct error *err)
{
	autoclean(
		container_entries_release) struct container_entries containers =
		CONTAINER_ENTRIES_INIT;
	autoclean(image_entries_release) struct image_entries images =
		IMAGE_ENTRIES_INIT;
	autoclean(jsonx_free) json_t *volumes = json_array();

	if (container_entries_load(store, &containers, err) < 0 ||
	    image_entries_load(store, &images, err) < 0 ||
	    measure(store, &containers, err) < 0 ||
	    add_volumes(store, volumes, err) < 0)
		return NULL;
	return json_pack("{s:o,s:o,s:O,s:[]}", sections[IMAGES].name,
			 make_images(&images, &containers),
			 sections[CONTAINERS].name,
			 make_containers(&containers), sections[VOLUMES].name,
			 volumes, sections[CACHE].name);
}

static void print_json(json_t *all, struct strbuf *out)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(all, sections[CONTAINERS].name), i,
			   row)(void)
		json_object_del(row, ROWS_LABELS); /* absent is fine */
	jsonx_format(all, out);
	strbuf_addch(out, '\n');
}

int disk_use_detail_print(const struct store *store, const char *format,
			  struct strbuf *out, struct error *err)
{
	autoclean(jsonx_free) json_t *all = NULL;
	bool is_json = format && !strcmp(format, "json");

	if (format && *format && !is_json && strcmp(format, "table") != 0)
		return error_set(err, ERROR_INVALID,
				 "--verbose has the formats table and json, "
				 "not \"%s\"",
				 format);
	all = make_all(store, err);
	if (!all)
		return -1;
	if (is_json) {
		print_json(all, out);
		return 0;
	}
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		const struct section *section = &sections[i];

		strbuf_addstr(out, section->title);
		if (rows_print(&section->listing, NULL,
			       json_object_get(all, section->name), out,
			       err) < 0)
			return -1;
	}
	return 0;
}
