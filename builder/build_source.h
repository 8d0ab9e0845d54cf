/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a name means to --from and to a mount's from=: a named context, a stage
 * before, or an image; nothing means the build's context.
 */
#ifndef BUILDER_BUILD_SOURCE_H
#define BUILDER_BUILD_SOURCE_H

#include "builder/build_state.h"
#include "builder/steps/step_source.h"

/*
 * Find what NAME (NULL: the context) means in STAGE, building the stage that it
 * is, or having the image. NOT_FOUND.
 */
int build_source_find(struct build_state *build,
		      const struct build_stage *stage, const char *name,
		      struct step_source *out, struct error *err) must_check;

/* The named context called NAME, or NULL. */
const struct build_context *build_source_context(
	const struct build_request *request, const char *name);

/* Have the image NAME for PLATFORM as the beginning of an image. */
int build_source_image(const struct build_state *build, const char *name,
		       const char *platform, struct image_state *out,
		       struct error *err) must_check;

#endif
