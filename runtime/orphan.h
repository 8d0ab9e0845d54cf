/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a container whose monitor was killed. It dies with its
 * monitor (PR_SET_PDEATHSIG), unless it executed a set-user-id program or
 * changed its ids, which makes the kernel forget that. Its id alone would not
 * do to find it: ids are used again. So the time of its start is compared with
 * the one on record.
 */
#ifndef RUNTIME_ORPHAN_H
#define RUNTIME_ORPHAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether process PID lives and was started right before STARTED (wall time).
 */
bool orphan_lives(pid_t pid, int64_t started);

/* A descriptor of that process, or -1 when it is gone. */
int orphan_open(pid_t pid, int64_t started);

#endif
