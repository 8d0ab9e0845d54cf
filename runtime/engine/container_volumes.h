/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a new volume holds at first: the files that the image has at the place
 * where the volume is mounted, with their owners and modes, as docker does it.
 * A volume that holds anything, or that was there before, is left alone
 * (CVE-2020-1726).
 */
#ifndef RUNTIME_CONTAINER_VOLUMES_H
#define RUNTIME_CONTAINER_VOLUMES_H

#include "runtime/engine/container.h"

/*
 * Fill CONTAINER's new volumes from its root file system, mounted at
 * ROOTFS_FD; paths are resolved inside it.
 */
int container_volumes_fill(const struct container *container, int rootfs_fd,
			   struct error *err) must_check;

#endif
