/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting a container on one more network, and taking it off one, whether it
 * runs or not. What holds from the next start on stands in container.json.
 */
#ifndef RUNTIME_NETWORK_CONNECT_H
#define RUNTIME_NETWORK_CONNECT_H

#include "runtime/engine/container.h"
#include "runtime/network/network.h"

/*
 * Put CONTAINER on NETWORK as SETTINGS, docker's EndpointSettings, ask. EXISTS
 * when it is on it, INVALID when it lives in a network that cannot be joined.
 */
int network_connect(const struct store *store, struct container *container,
		    const struct network *network, json_t *settings,
		    struct error *err) must_check;

/* Take CONTAINER off NETWORK; NOT_FOUND when it is not on it. */
int network_disconnect(const struct store *store, struct container *container,
		       const struct network *network,
		       struct error *err) must_check;

/*
 * CONTAINER was given another name: have those on its networks know it by that,
 * if it runs.
 */
int network_rename(const struct store *store, const struct container *container,
		   struct error *err) must_check;

#endif
