/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's root directory for others than its processes: `cp`. Of one that
 * runs it is what its first process sees, volumes and all, reached through
 * that process's mount namespace. Of one that does not, the overlay and the
 * volumes are mounted in a mount namespace of the caller's own, which the
 * container's lock protects from a start; nobody else sees that, and it is gone
 * with this process.
 *
 * In one that runs with a user namespace of its own, files have the owners
 * that they have outside (`ids`), and the caller makes new ones as its root.
 *
 * Nothing of the container is executed or loaded. Resolve paths below the
 * descriptor by fs_open with FS_IN_ROOT only.
 */
#ifndef RUNTIME_CONTAINER_ROOT_H
#define RUNTIME_CONTAINER_ROOT_H

#include <stdbool.h>

#include "base/idshift.h"
#include "runtime/engine/container.h"
#include "runtime/engine/container_lock.h"

struct container_root {
	int fd; /* the root directory */
	struct container_lock lock;
	struct idshift ids; /* of one that runs with ids of its own */
	bool is_mounted;    /* here, for a container that does not run */
};

#define CONTAINER_ROOT_INIT                                                \
	{                                                                  \
		.fd = -1, .lock = CONTAINER_LOCK_INIT, .ids = IDSHIFT_INIT \
	}

/*
 * Open it. The process must have one thread: it may get a mount namespace of
 * its own.
 */
int container_root_open(const struct store *store,
			const struct container *container,
			struct container_root *out,
			struct error *err) must_check;

/* Close it, after flushing what was written, and let the container go. */
int container_root_close(const struct container *container,
			 struct container_root *root,
			 struct error *err) must_check;

/* Close it without flushing. */
void container_root_release(struct container_root *root);
DEFINE_CLEANUP(struct container_root, container_root_release)

#endif
