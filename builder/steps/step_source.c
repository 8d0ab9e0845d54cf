/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of steps. */
#include "builder/steps/step_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"

char *step_source_chain(const struct image_state *image)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(DIGEST_SHA256);
	struct digest digest;

	/* the name says which parents a layer needs, where it needs them */
	for (size_t i = 0; i < image->layer_count; i++)
		hasher_update(hasher, image->layers[i].folder,
			      strlen(image->layers[i].folder) + 1);
	hasher_finish(hasher, &digest);
	return xstrdup(digest.text);
}

void step_source_release(struct step_source *source)
{
	image_state_release(&source->image);
	free(source->place);
	*source = (struct step_source)STEP_SOURCE_INIT;
}
