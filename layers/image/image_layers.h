/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Having all layers of an image whose documents are here: those that are
 * missing come in several at a time, then the image's record is written. The
 * same for a pull, for archives, and for mending an image after a crash.
 */
#ifndef LAYERS_IMAGE_LAYERS_H
#define LAYERS_IMAGE_LAYERS_H

#include "layers/image/image_documents.h"
#include "layers/image/image_events.h"
#include "layers/tar/unpack.h"

struct image_layers {
	struct store *store;
	struct client *client; /* NULL: only blobs that are here */
	const struct image_documents *documents;
	const struct image_events *events;
	struct unpack_limits limits;
	unsigned workers; /* layers at once; 0: by the machine's cores */
	unsigned streams; /* ranges at once for a very large blob; 0: 4 */
};

/*
 * Make every layer present and write the image's record. SYSTEM when the disk
 * has no room for what the manifest promises; nothing is fetched then.
 */
int image_layers_bring(const struct image_layers *want,
		       struct error *err) must_check;

#endif
