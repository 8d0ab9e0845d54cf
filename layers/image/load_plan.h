/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an archive has to offer: for each image the document it starts from,
 * kept as a blob with all it refers to, and the names it is to get. Made by
 * load_docker or load_oci, carried out by image_load.
 */
#ifndef LAYERS_LOAD_PLAN_H
#define LAYERS_LOAD_PLAN_H

#include <stddef.h>

#include "base/digest.h"
#include "base/strvec.h"

struct load_image {
	struct digest target; /* manifest, or the index it was chosen from */
	struct strvec names;  /* canonical */
};

struct load_plan {
	struct load_image *images;
	size_t count;
};

#define LOAD_PLAN_INIT  \
	{               \
		NULL, 0 \
	}

/* Append an image without names; the place is valid until the next one. */
struct load_image *load_plan_add(struct load_plan *plan,
				 const struct digest *target);

/* Free what it owns. */
void load_plan_release(struct load_plan *plan);
DEFINE_CLEANUP(struct load_plan, load_plan_release)

#endif
