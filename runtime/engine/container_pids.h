/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of a container that runs: those in its control group, or, where
 * an ordinary user has none, those in its pid namespace.
 */
#ifndef RUNTIME_CONTAINER_PIDS_H
#define RUNTIME_CONTAINER_PIDS_H

#include "runtime/engine/container_state.h"

/*
 * List them as the host numbers them, into *OUT, which the caller frees. BUSY
 * when the container does not run. Where it shares the host's pid namespace
 * and has no group, only its first process is known.
 */
int container_pids(const struct container_state *state, pid_t **out,
		   size_t *count_out, struct error *err) must_check;

#endif
