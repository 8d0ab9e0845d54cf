/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker's inspect document of a container. What docker keeps in its own
 * documents is taken from ours by shape (docker_shapes.h); the rest is the
 * state, and paths of this machine: what a container's namespaces and merged
 * tree are here is found below /proc while it runs.
 */
#ifndef CMD_CONTAINER_INSPECT_H
#define CMD_CONTAINER_INSPECT_H

#include "cmd/front/container_entry.h"

/*
 * The document, a new reference; sizes are in it when the entry was measured.
 * STORE is where it is, for the paths in it.
 */
json_t *container_inspect(const struct container_entry *entry,
			  const struct store *store);

#endif
