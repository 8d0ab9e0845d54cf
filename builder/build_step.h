/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One instruction that makes files: RUN, COPY, ADD, WORKDIR. Its key is looked
 * up; if there is no such entry it is done, and becomes one.
 */
#ifndef BUILDER_BUILD_STEP_H
#define BUILDER_BUILD_STEP_H

#include "builder/build_state.h"

/* Do INSTRUCTION, or take what it made before; STAGE's image grows by it. */
int build_step_run(struct build_state *build, struct build_stage *stage,
		   const struct instruction *instruction,
		   struct error *err) must_check;

/* Whether an instruction of KIND is such a step. */
bool build_step_has(enum instruction_kind kind);

#endif
