/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image put together out of layers that are here already: its documents and
 * its record are written, nothing is extracted or copied. The same parts give
 * the same digests.
 */
#ifndef LAYERS_IMAGE_ASSEMBLE_H
#define LAYERS_IMAGE_ASSEMBLE_H

#include <jansson.h>

#include "layers/store/image_record.h"
#include "layers/store/store.h"
#include "registry/spec/mediatype.h"

struct image_assemble {
	struct store *store;
	const json_t *config;		  /* the whole image configuration */
	const struct image_layer *layers; /* lowest first; borrowed */
	size_t layer_count;
};

struct image_assembled {
	struct digest id;	/* of the configuration */
	struct digest manifest; /* of the one that is stored */
	enum mediatype manifest_type;
	uint64_t manifest_size;
	bool is_flushed; /* it was here, and known to be on disk */
};

/* Make the image, unless it is here. Whoever calls holds a lease on the layers.
 */
int image_assemble(const struct image_assemble *request,
		   struct image_assembled *out, struct error *err) must_check;

#endif
