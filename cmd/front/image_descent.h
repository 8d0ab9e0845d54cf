/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which image was built on which. Images keep no link to their parent; but a
 * child has its parent's layers and history first, and more history.
 */
#ifndef CMD_IMAGE_DESCENT_H
#define CMD_IMAGE_DESCENT_H

#include "layers/store/image_record.h"

/* Whether CHILD is PARENT or was built on it. Pure. */
bool image_descent_is(const struct image_record *child,
		      const struct image_record *parent);

/*
 * Whether the image with the id CHILD is one of PARENTS (ids) or was built on
 * one. An image that is not here any more has only itself.
 */
bool image_descent_is_any(const struct store *store, const char *child,
			  const struct strvec *parents);

#endif
