/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The uncompressed bytes of a layer, the very ones its diffID is the digest
 * of: the kept blob inflated, or, where there is no blob (any more), the
 * layer's files packed again. Packing gives the same bytes only for layers
 * that were made here, so every way out compares digests.
 */
#ifndef LAYERS_LAYER_BYTES_H
#define LAYERS_LAYER_BYTES_H

#include <stdint.h>

#include "layers/store/image_record.h"
#include "layers/tar/byte_sink.h"

/*
 * Write the layer's tar to SINK. CORRUPT when the bytes are not those of the
 * diffID: then what SINK got is worth nothing.
 */
int layer_bytes_write(const struct store *store,
		      const struct image_layer *layer,
		      const struct byte_sink *sink,
		      struct error *err) must_check;

/* How many bytes layer_bytes_write will write. */
int layer_bytes_size(struct store *store, const struct image_layer *layer,
		     uint64_t *out, struct error *err) must_check;

/* Whether the layer's blob, which must be here, inflates to the diffID. */
int layer_bytes_verify(const struct store *store,
		       const struct image_layer *layer,
		       struct error *err) must_check;

/*
 * Write a blob to SINK as it is. CORRUPT when its bytes have another digest or
 * another number than SIZE.
 */
int layer_bytes_copy(const struct store *store, const struct digest *blob,
		     uint64_t size, const struct byte_sink *sink,
		     struct error *err) must_check;

#endif
