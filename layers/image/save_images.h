/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which images the words of `save` mean, and under which names each of them
 * is to be saved.
 */
#ifndef LAYERS_SAVE_IMAGES_H
#define LAYERS_SAVE_IMAGES_H

#include <stddef.h>

#include "base/strvec.h"
#include "layers/store/image_record.h"

struct save_image {
	struct image_record record;
	struct strvec names; /* canonical; none when saved by id */
};

struct save_images {
	struct save_image *items; /* in the order of their first mention */
	size_t count;
};

#define SAVE_IMAGES_INIT \
	{                \
		NULL, 0  \
	}

/*
 * Find what TEXTS mean: names, ids, starts of ids; a name without tag means
 * all tags of its repository. NOT_FOUND names what is not here.
 */
int save_images_find(const struct store *store, const struct strvec *texts,
		     struct save_images *out, struct error *err) must_check;

/* Free the list. */
void save_images_release(struct save_images *images);
DEFINE_CLEANUP(struct save_images, save_images_release)

#endif
