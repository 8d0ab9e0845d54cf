/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is decided about a container before there is one: the plans of its
 * namespaces, mounts, devices, kernel parameters and confinement, each of its
 * own module, in one value. launch.h completes it with descriptors and carries
 * it out (init_stages.h); explain/explain.h writes it down as a script. Both
 * get it from init_plan_make, so that what is told is what is done.
 */
#ifndef RUNTIME_INIT_PLAN_H
#define RUNTIME_INIT_PLAN_H

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
	const char *root_place;		 /* launch.h; borrowed */
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

#define INIT_PLAN_INIT                                               \
	{                                                            \
		.stdio = { -1, -1, -1 }, .start_fd = -1, .root = -1, \
		.control = -1                                        \
	}

/* What is known of a container beside its specification. */
struct init_plan_place {
	int network_fd;	    /* a network namespace made for it, or -1 */
	const char *id;	    /* its id; NULL: none */
	const char *bundle; /* directory told to hooks; NULL: "/" */
};

/*
 * Plan SPEC at PLACE into OUT, which the caller releases whatever the result.
 * Nothing is opened but the namespaces that are joined.
 */
int init_plan_make(const struct runtime_spec *spec,
		   const struct init_plan_place *place, struct init_plan *out,
		   struct error *err) must_check;

/* Close and free. */
void init_plan_release(struct init_plan *plan);
DEFINE_CLEANUP(struct init_plan, init_plan_release)

#endif
