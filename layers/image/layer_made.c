/* SPDX-License-Identifier: Apache-2.0 */
/* Layers made here, as values. */
#include "layers/image/layer_made.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "registry/spec/mediatype.h"

void layer_made_release(struct layer_made *layer)
{
	free(layer->folder);
	*layer = (struct layer_made)LAYER_MADE_INIT;
}

void layer_made_describe(const struct layer_made *layer,
			 struct image_layer *out)
{
	*out = (struct image_layer){
		.diff_id = layer->diff_id,
		.blob = layer->diff_id,
		.media_type = xstrdup(mediatype_name(MEDIATYPE_OCI_LAYER)),
		.blob_size = layer->tar_size,
		.size = layer->size,
		.folder = xstrdup(layer->folder),
	};
}
