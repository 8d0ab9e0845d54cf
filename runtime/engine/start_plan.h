/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a start needs, worked out from the container's document: what
 * container_start carries from step to step.
 */
#ifndef RUNTIME_START_PLAN_H
#define RUNTIME_START_PLAN_H

#include "runtime/cgroup/cgroup_limits.h"
#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"
#include "runtime/seccomp/seccomp_filter.h"
#include "runtime/spec/runtime_spec.h"

struct start_plan {
	json_t *document; /* the OCI specification */
	struct runtime_spec spec;
	struct seccomp_filter filter;
	bool has_filter;
	struct cgroup_limits limits;
	char *cgroup_path;
	int shm_fd; /* another container's /dev/shm, detached; or -1 */
};

#define START_PLAN_INIT       \
	{                     \
		.shm_fd = -1, \
	}

/* What a plan is for. */
enum start_plan_use {
	START_PLAN_NONE = 0,
	START_PLAN_RUN,	 /* the working directory is made, the filter kept */
	START_PLAN_SHOW, /* nothing is changed, and no descriptor is named */
};

struct start_plan_request {
	const struct container *container;
	const json_t *mounts;	   /* container_sources.h */
	const struct id_maps *ids; /* its own; container_ids.h */
	int rootfs_fd;		   /* its root file system, mounted */
	enum start_plan_use use;
};

/*
 * Work the plan REQUEST asks for out. To run, what is mounted is given to the
 * container's user where that was asked for.
 */
int start_plan_make(const struct store *store,
		    const struct start_plan_request *request,
		    struct start_plan *out, struct error *err) must_check;

/*
 * The system call filter of a container with HOST_CONFIG, from what STORE's run
 * folder keeps if it can be; none when it is not to be filtered.
 */
int start_plan_filter(const struct store *store, const json_t *host_config,
		      struct seccomp_filter *out, bool *has_filter_out,
		      struct error *err) must_check;

/*
 * The profile that filter is made of, into OUT, which the caller releases; none
 * when HOST_CONFIG asks for no filter.
 */
int start_plan_profile(const json_t *host_config, struct seccomp_profile *out,
		       bool *has_profile_out, struct error *err) must_check;

/* Free what a plan owns. */
void start_plan_release(struct start_plan *plan);
DEFINE_CLEANUP(struct start_plan, start_plan_release)

#endif
