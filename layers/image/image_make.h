/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of every way an image is made here (`import`, `commit`): from its
 * configuration and its layers, which are blobs already, to an image in the
 * store, extracted, named and flushed.
 */
#ifndef LAYERS_IMAGE_MAKE_H
#define LAYERS_IMAGE_MAKE_H

#include <jansson.h>

#include "layers/image/archive_spool.h"
#include "layers/tar/unpack.h"
#include "registry/spec/descriptor.h"
#include "registry/spec/reference.h"

struct image_make {
	struct store *store;
	struct archive_spool *spool; /* holds the blobs until an image does */
	const json_t *config;	     /* the whole image configuration */
	struct descriptor *layers;   /* lowest first; borrowed */
	size_t layer_count;
	const struct reference *name; /* with a tag; NULL: none */
	struct unpack_limits limits;
	bool wait_for_disk; /* return only when all is flushed */
};

/*
 * Make the image and store its id. On an error the caller undoes the spool:
 * nothing is left of it then.
 */
int image_make(const struct image_make *request, struct digest *id_out,
	       struct error *err) must_check;

#endif
