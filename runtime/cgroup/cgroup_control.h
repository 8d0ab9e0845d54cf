/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to all processes of a group at once: freeze, kill, list. A
 * table per kind of host picks the files: the v2 tree's cgroup.freeze and
 * cgroup.kill serve hybrid hosts too, so a container there needs no v1 freezer.
 */
#ifndef RUNTIME_CGROUP_CONTROL_H
#define RUNTIME_CGROUP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "runtime/cgroup/cgroup.h"

/*
 * Stop or continue every process; returns once it is so. BUSY when some
 * process would not stop within ten seconds (the group is thawed again).
 */
int cgroup_freeze(const struct cgroup *cg, bool frozen,
		  struct error *err) must_check;

/* Whether the group is frozen by cgroup_freeze. */
int cgroup_is_frozen(const struct cgroup *cg, bool *out,
		     struct error *err) must_check;

/* Send SIGNAL to every process; SIGKILL is atomic where the kernel can. */
int cgroup_kill(const struct cgroup *cg, int signal,
		struct error *err) must_check;

/*
 * The processes of the group and of groups inside it. The array is the
 * caller's to free, NULL when there are none; a group that is gone has none.
 */
int cgroup_processes(const struct cgroup *cg, pid_t **out, size_t *count_out,
		     struct error *err) must_check;

#endif
