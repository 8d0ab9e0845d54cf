/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building one stage of a Dockerfile: from its base to its last instruction.
 * One thread runs a stage; what other stages made is only read.
 */
#ifndef BUILDER_BUILD_STAGE_H
#define BUILDER_BUILD_STAGE_H

#include "builder/build_state.h"

/* The stage that PARSED stands on, or NULL when that is an image. */
const struct dockerfile_stage *build_stage_base(
	const struct build_state *build, const struct dockerfile_stage *parsed);

/* Build STAGE; other stages that it needs are built on the way. */
int build_stage_run(struct build_state *build, struct build_stage *stage,
		    struct error *err) must_check;

#endif
