/* SPDX-License-Identifier: Apache-2.0 */
/* Image records written, and flushed afterwards. */
#include "layers/image/image_store.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "layers/image/image_flush.h"
#include "layers/image/layer_merge.h"

/* Puts layer INDEX upon those below it and notes where it stands. */
static int place_layer(const struct layer_pull *request,
		       const struct image_documents *documents,
		       const struct layer_pulled *pulled, size_t index,
		       struct image_record *record, struct error *err)
{
	struct layer_pull own = *request;
	const struct descriptor *blob = &documents->manifest.layers[index];
	struct image_layer *layer = &record->layers[index];
	autoclean(strvec_release) struct strvec parents = STRVEC_INIT;
	struct layer_merge merge = {
		.request = &own,
		.needs_parents = pulled->needs_parents,
	};

	own.blob = blob;
	own.diff_id = &documents->config.diff_ids[index];
	for (size_t i = 0; i < index; i++)
		strvec_add(&parents, record->layers[i].folder);
	merge.parents = parents.items;
	merge.parent_count = parents.count;
	if (layer_merge(&merge, own.diff_id, &layer->folder, err) < 0)
		return -1;
	layer->diff_id = *own.diff_id;
	layer->blob = blob->digest;
	layer->blob_size = blob->size;
	layer->media_type = xstrdup(descriptor_media_type(blob));
	layer->size = pulled->size;
	return 0;
}

int image_store_record(const struct layer_pull *request,
		       const struct image_documents *documents,
		       const struct layer_pulled *layers, struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	size_t count = documents->manifest.layer_count;

	record.id = documents->manifest.config.digest;
	record.config_size = documents->manifest.config.size;
	record.manifest = documents->manifest_digest;
	record.manifest_type =
		xstrdup(mediatype_name(documents->manifest.type));
	record.manifest_size = documents->manifest_size;
	record.config = json_incref(documents->config.document);
	record.tagged = clock_now();
	record.layers = xcalloc(count, sizeof(*record.layers));
	record.layer_count = count;
	(void)snprintf(record.boot, sizeof(record.boot), "%s",
		       store_boot_id(request->store));
	for (size_t i = 0; i < count; i++) {
		if (place_layer(request, documents, &layers[i], i, &record,
				err) < 0)
			return -1;
	}
	return image_record_save(request->store, &record, err);
}

int image_store_sync(struct store *store, const struct digest *id, bool wait,
		     struct error *err)
{
	const struct image_flush request = { .store = store, .id = id };

	return image_flush(&request, wait, err);
}
