/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pushing an image: its blobs, several at a time, then its config, then its
 * manifest, byte for byte as they came in, so digests stay what they are;
 * layers that were made here are compressed first (image_compress.h). Of an
 * index that was made here, all that it names goes before it. A blob
 * that the registry has is not sent; one that another repository of it has is
 * mounted.
 */
#ifndef LAYERS_IMAGE_PUSH_H
#define LAYERS_IMAGE_PUSH_H

#include "layers/image/image_events.h"
#include "layers/store/store.h"
#include "registry/client_options.h"
#include "registry/spec/reference.h"

struct image_push {
	struct store *store;
	const struct client_options *client_options;
	const struct reference *reference; /* with a tag */
	struct image_events events;
	unsigned workers; /* blobs at once; 0: 3 */
};

struct image_pushed {
	struct digest digest; /* of the manifest or index */
	uint64_t size;
};

/*
 * Push what the reference means here. NOT_FOUND when it means nothing, or
 * naming the blob that is missing; CORRUPT when one is damaged (it is never
 * completed at the registry).
 */
int image_push(const struct image_push *request, struct image_pushed *out,
	       struct error *err) must_check;

#endif
