/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detached mounts of what can only be cloned in another mount namespace: part
 * of a file system that is attached nowhere (the kernel clones parts of
 * attached ones only), or a mount that a process with a namespace of its own
 * has made. A short-lived child that shares this process's descriptors goes
 * there; this process stays where it is.
 */
#ifndef RUNTIME_TREE_FETCH_H
#define RUNTIME_TREE_FETCH_H

#include <sys/types.h>

#include "base/error.h"

/*
 * Clone the file or folder PATH, resolved inside MOUNT_FD, a detached mount's
 * root, which stays as it is. NOT_FOUND when it is not there.
 */
int tree_fetch_part(int mount_fd, const char *path, int *tree_out,
		    struct error *err) must_check;

/* Clone the mount at the absolute PATH as process PID sees it. */
int tree_fetch_from(pid_t pid, const char *path, int *tree_out,
		    struct error *err) must_check;

#endif
