/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to the monitor of a container that runs (attach_protocol.h): for its
 * streams, and to hear of its end from the one who knows first.
 */
#ifndef RUNTIME_CONTAINER_ATTACH_H
#define RUNTIME_CONTAINER_ATTACH_H

#include "runtime/attach_protocol.h"
#include "runtime/engine/container.h"

/*
 * Connect to the monitor of CONTAINER and say what is wanted of it (enum
 * attach_wants; 0: only its end). NOT_FOUND when the container does not run.
 */
int container_connect(const struct store *store,
		      const struct container *container, unsigned wants,
		      int *fd_out, struct error *err) must_check;

#endif
