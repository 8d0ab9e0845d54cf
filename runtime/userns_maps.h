/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps of a user namespace that is there already, as this process's own
 * namespace sees them. The kernel tells them of processes only, so a child
 * goes there for a moment.
 */
#ifndef RUNTIME_USERNS_MAPS_H
#define RUNTIME_USERNS_MAPS_H

#include "base/error.h"
#include "runtime/spec/runtime_mount.h"

/* Read the maps of the user namespace at PATH. INVALID when there is none. */
int userns_maps_of(const char *path, struct runtime_id_maps *uids,
		   struct runtime_id_maps *gids, struct error *err) must_check;

#endif
