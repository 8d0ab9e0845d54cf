/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another container's /dev/shm, for --ipc container:ID. It is a mount of that
 * container's namespace only, and the kernel clones a mount for nobody but the
 * members of its namespace; so a short-lived child joins the namespace, clones
 * it there and hands the detached clone back.
 */
#ifndef RUNTIME_SHM_JOIN_H
#define RUNTIME_SHM_JOIN_H

#include <sys/types.h>

#include "base/error.h"

/*
 * Clone /dev/shm of the mount namespace of process PID as a detached mount.
 * The calling process must have one thread only.
 */
int shm_join_open(pid_t pid, int *tree_fd_out, struct error *err) must_check;

#endif
