/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer that was made here, as a value: what an image needs to stand on it.
 * It owns its strings.
 */
#ifndef LAYERS_LAYER_MADE_H
#define LAYERS_LAYER_MADE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "layers/store/image_record.h"

struct layer_made {
	struct digest diff_id;
	char *folder;	   /* below layers/ */
	uint64_t size;	   /* bytes of its files */
	uint64_t tar_size; /* bytes of its tar */
	int64_t latest;	   /* newest time in it, seconds; INT64_MIN: none */
};

#define LAYER_MADE_INIT                                    \
	{                                                  \
		{ DIGEST_NONE, "" }, NULL, 0, 0, INT64_MIN \
	}

/* Free what it owns. */
void layer_made_release(struct layer_made *layer);
DEFINE_CLEANUP(struct layer_made, layer_made_release)

/*
 * The layer as an image's record has it. Its blob is the tar, which need not be
 * here: it is packed when it is wanted. The caller owns the strings.
 */
void layer_made_describe(const struct layer_made *layer,
			 struct image_layer *out);

#endif
