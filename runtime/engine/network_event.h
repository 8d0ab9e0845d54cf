/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noting what happens to networks, with what docker tells of them: name and
 * type, and the container that came or went.
 */
#ifndef RUNTIME_NETWORK_EVENT_H
#define RUNTIME_NETWORK_EVENT_H

#include "layers/store/store.h"
#include "runtime/network/network.h"

/*
 * Note that ACTION ("create", "connect", "disconnect", "destroy") was done to
 * NETWORK; CONTAINER is the id of whom it concerns, or NULL.
 */
void network_event(const struct store *store, const struct network *network,
		   const char *action, const char *container);

#endif
