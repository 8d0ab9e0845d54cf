/* SPDX-License-Identifier: Apache-2.0 */
/* Mending images from their blobs. */
#include "layers/image/image_restore.h"

#include "base/alloc.h"
#include "layers/image/image_layers.h"
#include "layers/image/image_store.h"

int image_restore(struct store *store, const struct digest *id,
		  const struct image_events *events, struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(image_documents_release) struct image_documents documents =
		IMAGE_DOCUMENTS_INIT;
	struct descriptor target = DESCRIPTOR_INIT;
	struct documents_request request = {
		.store = store,
		.target = &target,
	};
	struct image_layers want = {
		.store = store,
		.documents = &documents,
		.events = events,
		.limits = UNPACK_LIMITS_DEFAULT,
	};

	if (image_record_load(store, id, &record, err) < 0)
		return -1;
	target.digest = record.manifest;
	request.name = record.manifest.text;
	if (image_documents_gather(&request, &documents, err) < 0 ||
	    image_layers_bring(&want, err) < 0)
		return error_wrap(err, "image %s", id->text);
	return image_store_sync(store, id, false, err);
}
