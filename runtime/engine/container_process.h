/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a container that runs, held by a descriptor. The id in
 * its state may have gone to a stranger since it was read, so the process is
 * recognised by its parent, which is the container's monitor, or, when that was
 * killed, by the time of its start (runtime/orphan.h).
 */
#ifndef RUNTIME_CONTAINER_PROCESS_H
#define RUNTIME_CONTAINER_PROCESS_H

#include "runtime/engine/container_state.h"

/* Open the process STATE speaks of. BUSY when it is gone. */
int container_process_open(const struct container_state *state, int *pidfd_out,
			   struct error *err) must_check;

/* Send SIGNAL to an open process; one that has ended by now is fine. */
int container_process_signal(int pidfd, int signal,
			     struct error *err) must_check;

#endif
