/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer of the store made from what an overlay's upper directory holds: it
 * becomes the layer by a rename, is read once for its diffID, and is not packed
 * or compressed before somebody asks for its bytes (layer_bytes.h).
 */
#ifndef LAYERS_LAYER_COMMIT_H
#define LAYERS_LAYER_COMMIT_H

#include "layers/image/layer_made.h"
#include "layers/store/layer.h"
#include "layers/store/lease.h"
#include "layers/tar/upper_tidy.h"

struct layer_commit {
	struct store *store;
	struct layer_draft *draft; /* its tree is the upper; used up */
	struct lease *lease;	/* gets the layer, before others can find it */
	struct upper_tidy tidy; /* `upper` is filled in */
};

/*
 * Make the layer. A layer of the same bytes that is here already takes its
 * place. The caller releases OUT.
 */
int layer_commit(const struct layer_commit *request, struct layer_made *out,
		 struct error *err) must_check;

#endif
