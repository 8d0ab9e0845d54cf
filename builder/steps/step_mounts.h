/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of a RUN: files of contexts, stages and images, caches that
 * outlive the build, scratch, secrets, agents. What they show of the caller's
 * files is only what was named, without what the ignore file leaves out, and
 * what a step writes to a bind mount is thrown away.
 *
 *   cache/mounts/<digest of id>/   a cache: its files in data/, sharing by lock
 */
#ifndef BUILDER_STEP_MOUNTS_H
#define BUILDER_STEP_MOUNTS_H

#include "builder/steps/step_key.h"
#include "builder/steps/step_mounts_state.h"

/*
 * Add to KEY what the mounts let the step read: contents of bind mounts, ids of
 * caches and secrets. QUICKLY: images by their layers, not by the files named.
 */
int step_mounts_key(const struct step_mounts_request *request, bool quickly,
		    struct step_key *key, struct error *err) must_check;

/*
 * Make everything ready. NOT_FOUND for a secret or an agent that is required
 * and was not given; waits for a cache that is locked by another build.
 */
int step_mounts_prepare(const struct step_mounts_request *request,
			struct step_mounts_ready *out,
			struct error *err) must_check;

#endif
