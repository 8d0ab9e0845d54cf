/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container sees at /sys/fs/cgroup. On a pure v2 host that is cgroup2,
 * which a cgroup namespace shows from the container's own group down; without
 * the namespace only the own group is bound there. On v1 and hybrid hosts it is
 * a tmpfs with the own group of each hierarchy that the container has one in:
 * groups of others, the host's above all, are never shown.
 *
 * Runs in the container's first process after it is in its groups and
 * namespaces; allocates nothing.
 */
#ifndef RUNTIME_CGROUP_VIEW_H
#define RUNTIME_CGROUP_VIEW_H

#include <stdbool.h>

#include "runtime/mount_plan.h"
#include "runtime/stage.h"

struct cgroup_view {
	bool is_unified;    /* a pure v2 host */
	bool has_namespace; /* the container has a cgroup namespace */
	const char *id;	    /* a part of the names of the container's groups */
};

/* Find out what kind of host this is. */
bool cgroup_view_is_unified(void);

/* Mount VIEW as OP asks below ROOT. */
int cgroup_view_mount(const struct cgroup_view *view, const struct mount_op *op,
		      int root, struct stage_failure *fail);

#endif
