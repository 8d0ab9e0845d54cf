/* SPDX-License-Identifier: Apache-2.0 */
/* From an image's record and names to docker's document. */
#include "cmd/front/image_inspect.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "cmd/front/docker_shapes.h"

static void set(json_t *document, const char *key, json_t *value)
{
	(void)json_object_set_new(document, key, value);
}

static void set_copied(json_t *document, const char *key,
		       const struct image_entry *entry, const char *from)
{
	set(document, key, json_string(image_entry_text(entry, from)));
}

static json_t *familiar_list(const struct strvec *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(error_release) struct error ignored = ERROR_INIT;
		autofree char *text = NULL;

		if (reference_parse(names->items[i], &ref, &ignored) < 0)
			continue;
		text = reference_familiar(&ref);
		(void)json_array_append_new(list, json_string(text));
	}
	return list;
}

static json_t *layer_list(const struct image_record *record)
{
	json_t *list = json_array();

	for (size_t i = 0; i < record->layer_count; i++)
		(void)json_array_append_new(
			list, json_string(record->layers[i].diff_id.text));
	return list;
}

/* Where the files are: the top layer, and those below it, topmost first. */
static json_t *graph_driver(const struct image_record *record, const char *root)
{
	autoclean(strbuf_release) struct strbuf lower = STRBUF_INIT;
	json_t *data = json_object();

	for (size_t i = record->layer_count; i > 1; i--)
		strbuf_addf(&lower, "%s%s/layers/%s/fs",
			    lower.length ? ":" : "", root,
			    record->layers[i - 2].folder);
	if (lower.length)
		set(data, "LowerDir", json_string(lower.text));
	if (record->layer_count) {
		autofree char *upper = xasprintf(
			"%s/layers/%s/fs", root,
			record->layers[record->layer_count - 1].folder);

		set(data, "UpperDir", json_string(upper));
	}
	return json_pack("{s:o,s:s}", "Data", data, "Name", "overlay2");
}

/* The image's own, else that of its last step. */
static const char *comment_of(const struct image_entry *entry)
{
	const char *comment = image_entry_text(entry, "comment");
	const json_t *history = json_object_get(entry->record.config,
						"history");
	size_t count = json_array_size(history);

	if (*comment || !count)
		return comment;
	return shape_text(json_array_get(history, count - 1), "comment");
}

json_t *image_inspect(const struct image_entry *entry, const char *root)
{
	const struct image_record *record = &entry->record;
	const json_t *config = json_object_get(record->config, "config");
	json_t *document = json_object();
	char tagged[CLOCK_TEXT_MAX] = "0001-01-01T00:00:00Z";

	if (record->tagged)
		clock_format(record->tagged, tagged);
	set(document, "Id", json_string(record->id.text));
	set(document, "RepoTags", familiar_list(&entry->tags));
	set(document, "RepoDigests", familiar_list(&entry->digests));
	set(document, "Parent", json_string(""));
	set(document, "Comment", json_string(comment_of(entry)));
	/* docker leaves a date that is not there out */
	if (*image_entry_text(entry, "created"))
		set_copied(document, "Created", entry, "created");
	set_copied(document, "DockerVersion", entry, "docker_version");
	set_copied(document, "Author", entry, "author");
	set(document, "Config", shape_fill(docker_config_shape, config));
	set_copied(document, "Architecture", entry, "architecture");
	if (*image_entry_text(entry, "variant"))
		set_copied(document, "Variant", entry, "variant");
	set_copied(document, "Os", entry, "os");
	if (*image_entry_text(entry, "os.version"))
		set_copied(document, "OsVersion", entry, "os.version");
	set(document, "Size", json_integer((json_int_t)record->size));
	set(document, "GraphDriver", graph_driver(record, root));
	set(document, "RootFS",
	    json_pack("{s:s,s:o}", "Type", "layers", "Layers",
		      layer_list(record)));
	set(document, "Metadata", json_pack("{s:s}", "LastTagTime", tagged));
	return document;
}
