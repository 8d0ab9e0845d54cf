/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed blobs for layers made here. */
#include "layers/image/image_compress.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "layers/image/archive_spool.h"
#include "layers/image/image_edit.h"
#include "layers/image/layer_bytes.h"
#include "layers/image/manifest_make.h"
#include "layers/image/manifest_media.h"
#include "layers/store/blob.h"
#include "layers/store/gc.h"
#include "layers/store/image_record.h"
#include "layers/store/layer.h"
#include "layers/tar/compress.h"
#include "registry/registry_limits.h"

#define MEMBER "layer"

struct compressing {
	struct store *store;
	struct archive_spool *spool; /* holds new blobs until the image does */
	struct image_record record;
	struct digest old_manifest;
};

static void compressing_release(struct compressing *compressing)
{
	archive_spool_free(compressing->spool);
	image_record_release(&compressing->record);
}
DEFINE_CLEANUP(struct compressing, compressing_release)

/* What is written while it is read as a blob. */
struct writing {
	const struct store *store;
	const struct image_layer *layer;
};

static int write_layer(void *context, const struct byte_sink *sink,
		       struct error *err)
{
	static const struct compress_options options = {
		.format = COMPRESS_GZIP,
	};
	const struct writing *writing = context;
	autoclean(compress_free) struct compressor *compressor = NULL;
	struct compress_result result;
	struct byte_sink packed;

	if (compress_open(sink, &options, &compressor, err) < 0)
		return -1;
	packed = compress_sink(compressor);
	if (layer_bytes_write(writing->store, writing->layer, &packed, err) < 0)
		return -1;
	return compress_finish(compressor, &result, err);
}

static int make_blob(const struct compressing *compressing,
		     const struct image_layer *layer,
		     struct archive_member *out, struct error *err)
{
	struct writing writing = { compressing->store, layer };

	return archive_spool_write(compressing->spool, MEMBER, write_layer,
				   &writing, out, err);
}

/* The blob that another image's push has made of the same layer. */
static bool find_blob(struct store *store, const struct image_layer *layer,
		      struct layer_record *record, uint64_t *size)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	return layer_load(store, layer->folder, record, &ignored) == 0 &&
	       record->blob.algorithm != DIGEST_NONE &&
	       !digest_is_equal(&record->blob, &layer->diff_id) &&
	       blob_exists(store, &record->blob, size);
}

/* Notes on the layer which blob it has. */
static int note_blob(struct store *store, const struct image_layer *layer,
		     struct error *err)
{
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	if (layer_load(store, layer->folder, &record, err) < 0)
		return -1;
	record.blob = layer->blob;
	return layer_save(store, layer->folder, &record, err);
}

static int compress_layer(const struct compressing *compressing,
			  struct image_layer *layer, struct error *err)
{
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	struct archive_member member;
	uint64_t size = 0;

	if (find_blob(compressing->store, layer, &record, &size)) {
		layer->blob = record.blob;
		layer->blob_size = size;
	} else {
		if (make_blob(compressing, layer, &member, err) < 0)
			return error_wrap(err, "layer %s", layer->diff_id.text);
		layer->blob = member.digest;
		layer->blob_size = member.size;
	}
	free(layer->media_type);
	layer->media_type = xstrdup(mediatype_name(MEDIATYPE_OCI_LAYER_GZIP));
	return note_blob(compressing->store, layer, err);
}

static int make_manifest(struct compressing *compressing, struct error *err)
{
	struct image_record *record = &compressing->record;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	manifest_make_of(record, NULL, &text);
	if (strbuf_check(&text, "the manifest", err) < 0)
		return -1;
	compressing->old_manifest = record->manifest;
	record->manifest_size = text.length;
	return archive_spool_put(compressing->spool, text.text, text.length,
				 &record->manifest, err);
}

/* A name that meant the image by its old manifest. */
static int move_name(const struct compressing *compressing, const char *text,
		     struct error *err)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autoclean(name_record_release) struct name_record name =
		NAME_RECORD_INIT;

	if (reference_parse(text, &reference, err) < 0)
		return -1;
	if (names_get(compressing->store, &reference, &name, err) < 0) {
		error_release(err); /* taken away meanwhile */
		return 0;
	}
	if (!digest_is_equal(&name.target, &compressing->old_manifest))
		return 0;
	name.target = compressing->record.manifest;
	name.manifest = compressing->record.manifest;
	name.size = compressing->record.manifest_size;
	return image_edit_name(compressing->store, &reference, &name, err);
}

static int move_names(const struct compressing *compressing, struct error *err)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;

	if (image_record_names(compressing->store, &compressing->record.id,
			       &tags, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < tags.count; i++)
		if (move_name(compressing, tags.items[i], err) < 0)
			return -1;
	return 0;
}

/* Nothing speaks of the manifest that named no blobs any more. */
static int sweep(const struct compressing *compressing, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(strvec_release) struct strvec candidates = STRVEC_INIT;
	autoclean(gc_plan_release) struct gc_plan plan = GC_PLAN_INIT;
	struct store *store = compressing->store;

	strvec_add(&candidates, compressing->old_manifest.text);
	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    gc_plan_make(store, &candidates, &plan, err) < 0)
		return -1;
	return gc_plan_execute(store, &plan, err);
}

static bool is_missing(const struct compressing *compressing,
		       const struct image_layer *layer)
{
	return digest_is_equal(&layer->blob, &layer->diff_id) &&
	       !blob_exists(compressing->store, &layer->blob, NULL);
}

int image_compress(struct store *store, const struct digest *id,
		   struct error *err)
{
	autoclean(compressing_release) struct compressing compressing = {
		.store = store,
		.record = IMAGE_RECORD_INIT,
	};
	bool is_changed = false;

	if (image_record_load(store, id, &compressing.record, err) < 0 ||
	    archive_spool_new(store, &compressing.spool, err) < 0)
		return -1;
	for (size_t i = 0; i < compressing.record.layer_count; i++) {
		struct image_layer *layer = &compressing.record.layers[i];

		if (!is_missing(&compressing, layer))
			continue;
		is_changed = true;
		if (compress_layer(&compressing, layer, err) < 0)
			return -1;
	}
	if (!is_changed)
		return 0;
	/* the record first: it is what keeps the blobs */
	if (make_manifest(&compressing, err) < 0 ||
	    image_record_save(store, &compressing.record, err) < 0)
		return -1;
	if (move_names(&compressing, err) < 0)
		return -1;
	return sweep(&compressing, err);
}
