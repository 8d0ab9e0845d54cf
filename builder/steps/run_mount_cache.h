/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache mounts of a RUN: folders that outlive the build, by id.
 *
 *   shared   several builds may write at once
 *   locked   one after the other
 *   private  another build's own while it is in use
 */
#ifndef BUILDER_RUN_MOUNT_CACHE_H
#define BUILDER_RUN_MOUNT_CACHE_H

#include "builder/steps/step_mounts_state.h"

/* Make mount INDEX ready at TARGET, filling a new cache from its source. */
int run_mount_cache(const struct step_mounts_request *request, size_t index,
		    const char *target, struct step_mounts_ready *out,
		    struct error *err) must_check;

#endif
