/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other limits, or another restart policy, for a container that is there:
 * docker's `update`. Of one that runs the control group is changed first, so
 * that what the kernel refuses is not written down.
 */
#ifndef RUNTIME_CONTAINER_UPDATE_H
#define RUNTIME_CONTAINER_UPDATE_H

#include "runtime/engine/container.h"

/*
 * A file in the run folder: the container's group may be on more hierarchies
 * by now than its monitor made it on.
 */
#define CONTAINER_UPDATED_MARK "updated"

/*
 * Whether CHANGES fit to HOST, a container's HostConfig. INVALID in docker's
 * words. Pure.
 */
int container_update_check(const json_t *host, const json_t *changes,
			   struct error *err) must_check;

/*
 * Set the members of CHANGES, an object of docker's HostConfig. INVALID for
 * what contradicts itself or what is set already, in docker's words;
 * UNSUPPORTED when the container runs without a control group.
 */
int container_update(const struct store *store, struct container *container,
		     const json_t *changes, struct error *err) must_check;

#endif
