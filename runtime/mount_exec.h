/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries out one planned mount inside a root file system. Runs in the
 * container's first process, before the root is changed, so that the host's
 * /proc/self/fd is there to name descriptors with. Allocates nothing.
 */
#ifndef RUNTIME_MOUNT_EXEC_H
#define RUNTIME_MOUNT_EXEC_H

#include "runtime/mount_plan.h"
#include "runtime/stage.h"

/* A descriptor's name for calls that take paths only: "/proc/self/fd/12". */
struct fd_name {
	char text[32];
};

/* The name of FD. */
struct fd_name fd_name_of(int fd);

/*
 * Mount OP below ROOT: a new file system or a bind. Refuses a target that
 * turned out to lie inside procfs (STAGE_MOUNT_IN_PROC).
 */
int mount_exec(const struct mount_op *op, int root, struct stage_failure *fail);

/* Open OP's target below ROOT, checked as mount_exec does; -1 on failure. */
int mount_exec_target(const struct mount_op *op, int root, bool is_directory,
		      struct stage_failure *fail);

#endif
