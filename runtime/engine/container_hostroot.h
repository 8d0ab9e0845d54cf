/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of a container that was made with --rootfs: a folder of the host in
 * place of an image's layers, used as it is or, as podman's ":O", as what lies
 * below the container's own layer. The folder is the user's: it is never
 * removed, and without ":O" all that the container writes is in it.
 *
 * container.json keeps it as "rootfs": {"path": …, "overlay": …}.
 */
#ifndef RUNTIME_CONTAINER_HOSTROOT_H
#define RUNTIME_CONTAINER_HOSTROOT_H

#include <stdbool.h>

#include "runtime/engine/container.h"

/* The folder's path, borrowed; NULL for a container of an image. */
const char *container_hostroot_path(const struct container *container);

/* Whether the container's own layer lies over it. */
bool container_hostroot_is_overlaid(const struct container *container);

/* Open the folder to read it. NOT_FOUND when it is gone. */
int container_hostroot_open(const struct container *container, int *fd_out,
			    struct error *err) must_check;

/* The folder and what is mounted below it, as a detached mount. */
int container_hostroot_mount(const struct container *container,
			     int *mount_fd_out, struct error *err) must_check;

#endif
