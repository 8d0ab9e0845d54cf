/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's group as a systemd scope (--systemd-cgroup): cgroupsPath is
 * then "slice:prefix:name", and systemd makes the group when it is given the
 * process. The scope is delegated, so that limits are written to the group's
 * files as ever; those systemd knows are told to it as well, as it would set
 * its own again otherwise.
 *
 * systemd is asked through busctl(1), which is part of it.
 */
#ifndef RUNTIME_OCI_SCOPE_H
#define RUNTIME_OCI_SCOPE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/cgroup/cgroup_limits.h"
#include "runtime/oci/oci_state.h"

/*
 * The unit and group that PATH ("slice:prefix:name", NULL or "": system.slice)
 * means for the container of STATE, which takes both. UNSUPPORTED without a
 * running systemd.
 */
int oci_scope_plan(const char *path, struct oci_state *state,
		   struct error *err) must_check;

/*
 * The unit and the group's path for PATH and container ID. INVALID for another
 * form. Pure.
 */
int oci_scope_parse(const char *path, const char *id, char **unit_out,
		    char **group_out, struct error *err) must_check;

/* busctl's arguments to start UNIT for PID with LIMITS. Pure. */
void oci_scope_request(const struct oci_state *state,
		       const struct cgroup_limits *limits, pid_t pid,
		       struct strvec *out);

/* Have systemd make the scope around PID, and wait until it has. */
int oci_scope_start(const struct oci_state *state,
		    const struct cgroup_limits *limits, pid_t pid,
		    struct error *err) must_check;

/*
 * busctl's arguments to change the scope's limits to LIMITS; false when systemd
 * knows none of those. Pure.
 */
bool oci_scope_change(const struct oci_state *state,
		      const struct cgroup_limits *limits, struct strvec *out);

/* Tell systemd of LIMITS; nothing to do for a container without a scope. */
int oci_scope_update(const struct oci_state *state,
		     const struct cgroup_limits *limits,
		     struct error *err) must_check;

/* Have systemd forget the scope, and wait for it; one that is gone is fine. */
void oci_scope_stop(const struct oci_state *state);

#endif
