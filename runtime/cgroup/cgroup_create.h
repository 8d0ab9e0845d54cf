/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes control groups. A group is on the v2 tree where there is one, and on
 * each v1 hierarchy that a limit needs; below the top of each hierarchy, or
 * below this process's own group where the top is not writable. Its limits
 * are in force once cgroup_create (and cgroup_add) returned.
 */
#ifndef RUNTIME_CGROUP_CREATE_H
#define RUNTIME_CGROUP_CREATE_H

#include "base/error.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/cgroup_limits.h"

/*
 * Make the group PATH ("imgctl/<id>") with LIMITS. An empty group left over
 * by a crash is made anew; BUSY when a group of that name has processes.
 * UNSUPPORTED when a limit cannot be set on this host. On failure nothing is
 * left behind.
 */
int cgroup_create(const char *path, const struct cgroup_limits *limits,
		  struct cgroup **out, struct error *err) must_check;

/*
 * As cgroup_create for a group whose name is not this program's to choose: one
 * that is there already is used, unless processes are in it (BUSY).
 */
int cgroup_take(const char *path, const struct cgroup_limits *limits,
		struct cgroup **out, struct error *err) must_check;

#endif
