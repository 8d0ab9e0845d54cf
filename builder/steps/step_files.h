/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step's place to make files in: an overlay mount of the layers below, which
 * is attached nowhere, with a layer draft's tree as its upper directory. What
 * is below is at hand by itself, too, to tell what was there before.
 */
#ifndef BUILDER_STEP_FILES_H
#define BUILDER_STEP_FILES_H

#include "builder/image/image_state.h"
#include "layers/store/layer.h"
#include "layers/store/lease.h"
#include "layers/tar/upper_tidy.h"

struct step_files {
	struct layer_draft draft;
	int below; /* the layers, merged, read-only */
	int root;  /* and with the draft on top */
	int64_t begun;
};

#define STEP_FILES_INIT                                            \
	{                                                          \
		.draft = LAYER_DRAFT_INIT, .below = -1, .root = -1 \
	}

/* Mount what IMAGE has so far, for reading. */
int step_files_look(const struct store *store, const struct image_state *image,
		    int *root_out, struct error *err) must_check;

/* Mount it for a step. */
int step_files_open(const struct store *store, const struct image_state *image,
		    struct step_files *out, struct error *err) must_check;

/* How its layer is to be made: TIDY's times. */
struct step_times {
	bool restores; /* of folders that were only touched */
	int64_t made;  /* seconds: of folders that the step made by the way */
	bool has_latest;
	int64_t latest;
	struct lease *lease; /* on the layer */
};

/* Make the layer of what was done. */
int step_files_commit(struct store *store, struct step_files *files,
		      const struct step_times *times, struct layer_made *out,
		      struct error *err) must_check;

/* Take the mount down and drop what was not committed. */
void step_files_release(struct step_files *files);
DEFINE_CLEANUP(struct step_files, step_files_release)

#endif
