/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's root file system: its image's layers below its own, as a
 * detached overlay mount. Nothing of it appears among the host's mounts, and
 * it is gone when the last process that uses it is.
 */
#ifndef RUNTIME_CONTAINER_ROOTFS_H
#define RUNTIME_CONTAINER_ROOTFS_H

#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"

/*
 * Mount it for running, writable. The mount never syncs (an overlay's unmount
 * would otherwise write out the whole file system, a second after a pull);
 * what is kept is flushed by container_rootfs_sync when the container ended.
 */
int container_rootfs_mount(const struct store *store,
			   const struct container *container, int *mount_fd_out,
			   struct error *err) must_check;

/*
 * The same for a container whose ids are those of MAPS outside of it: what it
 * keeps has its own ids all the same.
 */
int container_rootfs_mount_mapped(const struct store *store,
				  const struct container *container,
				  const struct id_maps *maps, int *mount_fd_out,
				  struct error *err) must_check;

/*
 * Mount what the container begins with, read-only, changing nothing. PATHS_OUT
 * gets the folders of its layers, topmost first; none when its root is a folder
 * of the host.
 */
int container_rootfs_look(const struct store *store,
			  const struct container *container, int *mount_fd_out,
			  struct strvec *paths_out,
			  struct error *err) must_check;

/* Flush the container's own layer to disk. */
int container_rootfs_sync(const struct container *container,
			  struct error *err) must_check;

#endif
