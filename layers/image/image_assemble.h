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

struct image_assemble {
	struct store *store;
	const json_t *config;		  /* the whole image configuration */
	const struct image_layer *layers; /* lowest first; borrowed */
	size_t layer_count;
};

/*
 * Make the image, unless it is here, and store the digest of its configuration
 * (its id) and of its manifest. Whoever calls holds a lease on the layers.
 */
int image_assemble(const struct image_assemble *request, struct digest *id_out,
		   struct digest *manifest_out, struct error *err) must_check;

#endif
