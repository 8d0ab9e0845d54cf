/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bind mounts of a RUN: an overlay upon what is shown, so that what the step
 * writes goes nowhere, and so that what the ignore file leaves out is covered
 * by whiteouts instead of being copied around.
 */
#ifndef BUILDER_RUN_MOUNT_BIND_H
#define BUILDER_RUN_MOUNT_BIND_H

#include "builder/steps/step_mounts_state.h"

/* Make mount INDEX ready at TARGET. NOT_FOUND when its source is not there. */
int run_mount_bind(const struct step_mounts_request *request, size_t index,
		   const char *target, struct step_mounts_ready *out,
		   struct error *err) must_check;

#endif
