/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several layers as one: their trees are laid over each other, topmost last,
 * with all marks that mean something to the layers below. Files are not copied
 * but linked; layers never change.
 */
#ifndef LAYERS_LAYER_SQUASH_H
#define LAYERS_LAYER_SQUASH_H

#include "base/strvec.h"
#include "layers/image/layer_made.h"
#include "layers/store/lease.h"

struct layer_squash {
	struct store *store;
	char *const *folders; /* of the layers, lowest first */
	size_t count;
	int below; /* the merged view below them; -1: nothing */
	struct lease *lease;
};

/* Make the layer. The caller releases OUT. */
int layer_squash(const struct layer_squash *request, struct layer_made *out,
		 struct error *err) must_check;

#endif
