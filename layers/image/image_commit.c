/* SPDX-License-Identifier: Apache-2.0 */
/* From a container's changes to an image. */
#include "layers/image/image_commit.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "layers/image/config_change.h"
#include "layers/image/image_make.h"
#include "layers/image/layer_bytes.h"
#include "layers/image/manifest_media.h"
#include "layers/store/blob.h"
#include "layers/tar/pack.h"

#define LAYER_MEMBER "layer"

/* What of docker's Config an image has. */
static const char *const image_keys[] = {
	"User",	   "ExposedPorts", "Env",	  "Entrypoint", "Cmd",
	"Volumes", "WorkingDir",   "Labels",	  "StopSignal", "Healthcheck",
	"OnBuild", "Shell",	   "ArgsEscaped",
};

struct committing {
	const struct image_commit *request;
	struct archive_spool *spool;
	struct descriptor *layers; /* the image's, and the new one */
	size_t count;
	struct digest diff_id; /* of the new one */
	bool is_empty;	       /* there is no new one */
	struct digest id;
};

static void committing_release(struct committing *committing)
{
	archive_spool_free(committing->spool);
	free(committing->layers);
}
DEFINE_CLEANUP(struct committing, committing_release)

/* Writing of a layer that is read as a blob at the same time. */
struct writing {
	const struct image_commit *request;
	const struct image_layer *layer; /* an old one; NULL: the upper */
	struct pack_result packed;
};

static int write_layer(void *context, const struct byte_sink *sink,
		       struct error *err)
{
	struct writing *writing = context;
	struct pack_options options = PACK_OPTIONS_INIT;

	if (writing->layer)
		return layer_bytes_write(writing->request->store,
					 writing->layer, sink, err);
	options.directory = writing->request->upper_fd;
	options.is_overlay_upper = true;
	options.ids = writing->request->ids;
	return pack_directory(&options, sink, &writing->packed, err);
}

/* Writes a layer down as a plain blob. */
static int put_layer(struct committing *committing, struct writing *writing,
		     struct descriptor *out, struct error *err)
{
	struct archive_member member;

	if (archive_spool_write(committing->spool, LAYER_MEMBER, write_layer,
				writing, &member, err) < 0)
		return -1;
	out->type = MEDIATYPE_OCI_LAYER;
	out->digest = member.digest;
	out->size = member.size;
	return 0;
}

/* A layer that was made here may have no blob: it gets one. */
static int take_old(struct committing *committing,
		    const struct image_layer *layer, struct descriptor *out,
		    struct error *err)
{
	struct writing writing = { committing->request, layer, { 0 } };

	*out = (struct descriptor)DESCRIPTOR_INIT;
	if (layer->blob.algorithm == DIGEST_NONE ||
	    !blob_exists(committing->request->store, &layer->blob, NULL))
		return put_layer(committing, &writing, out, err);
	out->digest = layer->blob;
	out->size = layer->blob_size;
	out->type = manifest_media_own(layer->media_type);
	return 0;
}

static int take_layers(struct committing *committing, struct error *err)
{
	const struct image_commit *request = committing->request;
	const struct image_record *base = request->base;
	struct writing writing = { request, NULL, { 0 } };
	struct descriptor *added;

	committing->layers = xcalloc(base->layer_count + 1,
				     sizeof(*committing->layers));
	for (size_t i = 0; i < base->layer_count; i++)
		if (take_old(committing, &base->layers[i],
			     &committing->layers[i], err) < 0)
			return -1;
	committing->count = base->layer_count;
	added = &committing->layers[committing->count];
	*added = (struct descriptor)DESCRIPTOR_INIT;
	if (put_layer(committing, &writing, added, err) < 0)
		return -1;
	committing->is_empty = !writing.packed.entries;
	committing->diff_id = added->digest;
	committing->count += !committing->is_empty;
	return 0;
}

static bool is_something(const json_t *value)
{
	if (json_is_string(value))
		return json_string_length(value);
	if (json_is_array(value))
		return json_array_size(value);
	if (json_is_object(value))
		return json_object_size(value);
	return json_is_true(value);
}

static json_t *image_part(const json_t *config)
{
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof(image_keys) / sizeof(*image_keys); i++) {
		json_t *value = json_object_get(config, image_keys[i]);

		if (is_something(value))
			(void)json_object_set_new(out, image_keys[i],
						  json_deep_copy(value));
	}
	return out;
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(object, key, json_string(text));
}

/* docker says what ran, not what made the image. */
static char *words_of(const json_t *command)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	const json_t *word;
	size_t index;

	json_array_foreach(command, index, word) strbuf_addf(
		&text, "%s%s", index ? " " : "", json_string_value(word));
	return xstrdup(text.text);
}

static void add_history(const struct committing *committing,
			const char *created, json_t *document)
{
	const struct image_commit *request = committing->request;
	autofree char *command =
		words_of(json_object_get(request->config, "Cmd"));
	json_t *history = json_object_get(document, "history");
	json_t *entry = json_object();

	set_text(entry, "created", created);
	set_text(entry, "author", request->author);
	set_text(entry, "created_by", command);
	set_text(entry, "comment", request->message);
	if (committing->is_empty)
		(void)json_object_set_new(entry, "empty_layer", json_true());
	if (!json_is_array(history)) {
		history = json_array();
		(void)json_object_set_new(document, "history", history);
	}
	(void)json_array_append_new(history, entry);
}

static int add_diff_id(const struct committing *committing, json_t *document,
		       struct error *err)
{
	json_t *ids = json_object_get(json_object_get(document, "rootfs"),
				      "diff_ids");

	if (committing->is_empty)
		return 0;
	if (!json_is_array(ids))
		return error_set(err, ERROR_CORRUPT,
				 "the image's configuration lists no layers");
	(void)json_array_append_new(ids, json_string(committing->diff_id.text));
	return 0;
}

static int make_config(const struct committing *committing, json_t **out,
		       struct error *err)
{
	const struct image_commit *request = committing->request;
	autoclean(jsonx_free)
		json_t *document = json_deep_copy(request->base->config);
	json_t *config = image_part(request->config);
	char created[CLOCK_TEXT_MAX];

	clock_format(request->created, created);
	(void)json_object_set_new(document, "config", config);
	set_text(document, "created", created);
	(void)json_object_del(document, "author");
	set_text(document, "author", request->author);
	add_history(committing, created, document);
	if (add_diff_id(committing, document, err) < 0 ||
	    config_change_apply(request->changes, config, err) < 0)
		return -1;
	*out = TAKE_PTR(document);
	return 0;
}

static int commit_all(struct committing *committing, struct error *err)
{
	const struct image_commit *request = committing->request;
	autoclean(jsonx_free) json_t *document = NULL;
	struct image_make make = {
		.store = request->store,
		.name = request->name,
		.limits = request->limits,
	};

	if (archive_spool_new(request->store, &committing->spool, err) < 0 ||
	    take_layers(committing, err) < 0 ||
	    make_config(committing, &document, err) < 0)
		return -1;
	make.spool = committing->spool;
	make.config = document;
	make.layers = committing->layers;
	make.layer_count = committing->count;
	return image_make(&make, &committing->id, err);
}

int image_commit(const struct image_commit *request, struct digest *id_out,
		 struct error *err)
{
	autoclean(committing_release) struct committing committing = {
		.request = request,
	};
	autoclean(jsonx_free) json_t *scratch = json_object();

	/* a change that is none is told before anything is written */
	if (config_change_apply(request->changes, scratch, err) < 0)
		return -1;
	if (commit_all(&committing, err) == 0) {
		*id_out = committing.id;
		return 0;
	}
	if (committing.spool)
		archive_spool_undo(committing.spool);
	return -1;
}
