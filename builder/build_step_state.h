/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step on its way, as builder/build_step and its parts know it. It borrows
 * everything but its name and its keys.
 */
#ifndef BUILDER_BUILD_STEP_STATE_H
#define BUILDER_BUILD_STEP_STATE_H

#include "builder/build_state.h"
#include "builder/steps/step_key.h"

struct build_step {
	struct build_state *build;
	struct build_stage *stage;
	const struct instruction *instruction; /* variables filled in */
	unsigned number;		       /* of the build's steps */
	char *name;			       /* "[build 2/5] RUN make" */
	struct step_key key;
	struct step_key quick; /* by whole images instead of their files */
	bool has_quick;
	int64_t begun; /* monotonic */
};

#endif
