/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container's mounts hold at its first start.
 *
 * An empty volume gets the files that the image has at the place where it is
 * mounted, with their owners and modes, as docker does it; one that holds
 * anything is left alone (CVE-2020-1726), and so is any at a later start.
 * With "U" a source is given to the container's user.
 */
#ifndef RUNTIME_CONTAINER_VOLUMES_H
#define RUNTIME_CONTAINER_VOLUMES_H

#include "base/userdb.h"
#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"

/*
 * Fill the volumes among MOUNTS (container_sources.h), which are CONTAINER's,
 * from its root file system, mounted at ROOTFS_FD, with the ids that IDS give
 * it outside; paths are resolved inside it.
 */
int container_volumes_fill(const struct container *container,
			   const json_t *mounts, const struct id_maps *ids,
			   int rootfs_fd, struct error *err) must_check;

/*
 * Give the sources of those MOUNTS that ask for it, with all that is in them,
 * to USER. Links are not followed. DENIED for a folder of the system.
 */
int container_volumes_own(const json_t *mounts,
			  const struct userdb_identity *user,
			  struct error *err) must_check;

#endif
