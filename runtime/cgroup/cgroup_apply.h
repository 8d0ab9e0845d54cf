/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits and device rules of a group that is there: a few lines in the files
 * of its directories, or one program for the kernel. What was set before a
 * failure stays set; the caller removes the group or tells its user.
 */
#ifndef RUNTIME_CGROUP_APPLY_H
#define RUNTIME_CGROUP_APPLY_H

#include <sys/types.h>

#include "base/error.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/cgroup_limits.h"
#include "runtime/cgroup/cgroup_plan.h"

/* Write PLAN into CG, whose directories are there. UNSUPPORTED when this host
 * lacks a file that a limit needs. */
int cgroup_apply_plan(const struct cgroup *cg, const struct cgroup_plan *plan,
		      struct error *err) must_check;

/*
 * Put LIMITS' device rules in force for the group and its process PID. On a v2
 * tree that is a program for the kernel to check and compile (0.4 ms): let the
 * parent call it while the child mounts, before the program runs.
 */
int cgroup_guard_devices(struct cgroup *cg, const struct cgroup_limits *limits,
			 pid_t pid, struct error *err) must_check;

/*
 * Change the limits named in LIMITS (devices excepted). A v1 controller that
 * nothing has been limited by yet is joined by every process of the group.
 */
int cgroup_set(struct cgroup *cg, const struct cgroup_limits *limits,
	       struct error *err) must_check;

#endif
