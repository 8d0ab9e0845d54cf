/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets and agents of a RUN. A secret is a file in memory that only the step
 * sees; an agent is a socket before its own. Neither is a part of the step's
 * key, but for its id.
 */
#ifndef BUILDER_RUN_MOUNT_SECRET_H
#define BUILDER_RUN_MOUNT_SECRET_H

#include "builder/steps/step_mounts_state.h"

/* Where MOUNT goes when it does not say; the caller's. */
char *run_mount_secret_target(const struct run_mount *mount)
	__attribute__((returns_nonnull));

/*
 * Make mount INDEX ready at TARGET, or as a variable. One that was not given is
 * left out; NOT_FOUND when it is required.
 */
int run_mount_secret(const struct step_mounts_request *request, size_t index,
		     const char *target, struct step_mounts_ready *out,
		     struct error *err) must_check;

#endif
