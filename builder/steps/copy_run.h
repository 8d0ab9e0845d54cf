/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries a COPY's or an ADD's plan out: the files become a layer. Nothing is
 * copied that the plan has not hashed.
 */
#ifndef BUILDER_COPY_RUN_H
#define BUILDER_COPY_RUN_H

#include "builder/steps/copy_plan.h"
#include "layers/image/layer_made.h"

/*
 * Copy what PLAN lists upon IMAGE and make the layer of it. The destination is
 * resolved in the image, links and all, and never leaves it; with --link there
 * is nothing below it.
 */
int copy_run(const struct copy_request *request, struct copy_plan *plan,
	     const struct image_state *image, struct layer_made *out,
	     struct error *err) must_check;

#endif
