/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images whose layers were made here have no blobs: their bytes are packed from
 * the files when somebody wants them. A registry wants them compressed, and its
 * manifest has to say so: then each such layer gets a compressed blob, and the
 * image a manifest that names these. Its id, the digest of its configuration,
 * stays.
 */
#ifndef LAYERS_IMAGE_COMPRESS_H
#define LAYERS_IMAGE_COMPRESS_H

#include "base/digest.h"
#include "layers/store/store.h"

/*
 * Give image ID blobs for all layers that have none. Names that meant its old
 * manifest mean the new one. CORRUPT when a layer's files are not those that
 * it was made of.
 */
int image_compress(struct store *store, const struct digest *id,
		   struct error *err) must_check;

#endif
