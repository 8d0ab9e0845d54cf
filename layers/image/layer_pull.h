/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing one layer in: its blob from the network (or from the store, or from
 * an interrupted download), its tree into a folder of its own, both digests
 * checked before either gets its name. A layer is extracted alone, without its
 * parents, so none waits for another; layer_merge makes the few that cannot
 * stand alone again on top of their parents.
 */
#ifndef LAYERS_LAYER_PULL_H
#define LAYERS_LAYER_PULL_H

#include "layers/image/image_events.h"
#include "layers/store/layer.h"
#include "layers/tar/unpack.h"
#include "registry/fetch.h"

struct layer_pull {
	struct store *store;
	struct client *client; /* NULL: only what is here may be used */
	const struct descriptor *blob;
	const struct digest *diff_id; /* the config's word; NULL: any */
	struct unpack_limits limits;
	const struct image_events *events;
	unsigned streams; /* ranges at once for a very large blob */
};

struct layer_pulled {
	bool needs_parents; /* not stored: extract it upon its parents */
	struct digest diff_id;
	uint64_t size; /* bytes of the layer's files */
};

/*
 * Make the layer's blob and its tree present. CORRUPT when a digest or a size
 * is wrong; what was wrong is removed, what was here before is untouched.
 */
int layer_pull(const struct layer_pull *request, struct layer_pulled *out,
	       struct error *err) must_check;

/*
 * Extract the layer's blob, which must be here, into the open DRAFT; with
 * MERGED_FD not -1, into that mount of its parents (upper: the draft's tree).
 * Checks both digests. RECORD gets sizes, digests and implicit folders.
 */
int layer_unpack(const struct layer_pull *request, struct layer_draft *draft,
		 int merged_fd, struct layer_record *record,
		 bool *needs_parents_out, struct error *err) must_check;

#endif
