/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mending an image from what is here: layers that are missing, or that a
 * crash may have damaged, are extracted again from their blobs, whose digests
 * are checked on the way. Needs no network.
 */
#ifndef LAYERS_IMAGE_RESTORE_H
#define LAYERS_IMAGE_RESTORE_H

#include "base/digest.h"
#include "layers/image/image_events.h"
#include "layers/store/store.h"

/*
 * Mend image ID. NOT_FOUND or CORRUPT, naming the layer, when a blob that is
 * needed is not here or is damaged: then the image must be pulled again.
 */
int image_restore(struct store *store, const struct digest *id,
		  const struct image_events *events,
		  struct error *err) must_check;

#endif
