/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last steps of every way an image comes in: its layers put upon their
 * parents, its record written, and what was written flushed to disk by a
 * short-lived child after the command has returned.
 */
#ifndef LAYERS_IMAGE_STORE_H
#define LAYERS_IMAGE_STORE_H

#include "layers/image/image_documents.h"
#include "layers/image/layer_pull.h"
#include "layers/store/image_record.h"

/*
 * Write the record of the image whose documents and layers are here. LAYERS
 * has one result for each of the manifest's layers. REQUEST serves for what
 * must be extracted again (its blob and diff_id are set for each layer).
 */
int image_store_record(const struct layer_pull *request,
		       const struct image_documents *documents,
		       const struct layer_pulled *layers,
		       struct error *err) must_check;

/*
 * Flush the store to disk and mark image ID as safely there; in a child that
 * outlives this process, unless WAIT is set.
 */
int image_store_sync(struct store *store, const struct digest *id, bool wait,
		     struct error *err) must_check;

#endif
