/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --from or a mount's from= means: a context of files, or an image, which
 * may be another stage's. Made by the stage that the step belongs to.
 */
#ifndef BUILDER_STEP_SOURCE_H
#define BUILDER_STEP_SOURCE_H

#include "builder/build_request.h"
#include "builder/image/image_state.h"

struct step_source {
	const struct build_context *context; /* or NULL, and then */
	struct image_state image;
	char *place; /* for people: ".", "stage build:", "image debian:" */
};

#define STEP_SOURCE_INIT                     \
	{                                    \
		NULL, IMAGE_STATE_INIT, NULL \
	}

/* The digest of the layers that IMAGE stands on, as a text; the caller's. */
char *step_source_chain(const struct image_state *image)
	__attribute__((returns_nonnull));

/* Free all. */
void step_source_release(struct step_source *source);
DEFINE_CLEANUP(struct step_source, step_source_release)

#endif
