/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's first process, from its birth to the program: stages in a
 * fixed order, one function each. It works from a plan made by its parent,
 * allocates nothing, reports through the control line and never returns.
 *
 * The order, and why: the user namespace's ids first, as they decide about
 * every right; the host's mounts are cut off before anything is mounted;
 * mounts before devices and the terminal, which live on them; kernel parameters
 * before /proc/sys becomes read-only; covered paths before the root is changed,
 * as descriptors are named through the host's /proc; the streams before the
 * wait for a start, as an engine reads its creator's streams until nobody holds
 * them; and everything that needs a capability before confine takes them away.
 */
#ifndef RUNTIME_INIT_STAGES_H
#define RUNTIME_INIT_STAGES_H

#include <stdbool.h>

#include "runtime/cgroup_view.h"
#include "runtime/confine.h"
#include "runtime/devices.h"
#include "runtime/hooks.h"
#include "runtime/mount_plan.h"
#include "runtime/namespaces.h"
#include "runtime/sysctl.h"

struct init_plan {
	const struct runtime_spec *spec; /* borrowed */
	int stdio[3];			 /* -1: /dev/null */
	int start_fd;			 /* wait for a client here; or -1 */
	int root;			 /* detached mount to become "/" */
	int control;			 /* the child's end of the line */
	struct namespace_plan namespaces;
	struct mount_plan mounts;
	struct device_plan devices;
	struct sysctl_plan sysctls;
	struct confine_plan confine;
	struct cgroup_view cgroups;
	struct hook_state hooks;
	char *keyring;	       /* name of the session keyring; NULL: nameless */
	bool no_keyring;       /* the caller's stays */
	bool no_pivot;	       /* move the root instead */
	bool waits_for_maps;   /* the parent writes the id maps */
	bool waits_for_parent; /* launch's prepare is running */
	bool waits_for_clearance; /* its accompany will */
};

/* Go through the stages in this process, the new child. */
_Noreturn void init_run(const struct init_plan *plan);

#endif
