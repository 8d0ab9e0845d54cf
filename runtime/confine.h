/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last part of a process's way into a container, the same for the first
 * process and for those that join later: limits, scheduling, user, capabilities
 * (bounding, permitted, effective, inheritable, ambient, each exactly as asked,
 * as far as this process has them), no_new_privs, the seccomp filter, and the
 * program.
 *
 * confine_plan_make decides and allocates; confine_and_execute runs in the
 * child, allocates nothing and returns only when something failed. Without
 * no_new_privs a filter needs CAP_SYS_ADMIN: it is kept until the filter is
 * loaded and dropped by one capset right after, so such a filter has to allow
 * capset besides execve.
 */
#ifndef RUNTIME_CONFINE_H
#define RUNTIME_CONFINE_H

#include <linux/filter.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/spec/runtime_memory_policy.h"
#include "runtime/spec/runtime_process.h"
#include "runtime/stage.h"

struct confine_plan {
	const struct runtime_process *process;
	struct runtime_capabilities sets; /* what can be had of those asked */
	uint64_t bounding_now;
	struct strvec candidates; /* paths to try for the program, in order */
	char *const *argv;
	char *const *env;
	const struct sock_fprog *filter; /* or NULL */
	unsigned filter_flags;
	struct runtime_number personality;	    /* of the container */
	struct runtime_memory_policy memory_policy; /* the same */
	cpu_set_t first_cpus; /* while it enters; none: as they are */
	cpu_set_t cpus;	      /* of the program; none: as they are */
	unsigned preserved;   /* descriptors from 3 on that the program keeps */
	bool has_listener;    /* somebody else decides about some calls */
	bool in_user_namespace;
	bool has_no_groups;    /* this user namespace gave setgroups(2) up */
	bool dies_with_parent; /* when the program runs, too */
	bool makes_workdir;    /* should the working directory be missing */
};

/* What is open while a process is confined; all close on exec. */
struct confine_files {
	int label; /* of confine_early, or -1 */
	int line;  /* to the parent, for the filter's listener */
};

/*
 * Plan how to become PROCESS; OUT borrows from it and is released by the
 * caller, who adds the filter and the personality.
 */
int confine_plan_make(const struct runtime_process *process,
		      bool in_user_namespace, struct confine_plan *out,
		      struct error *err) must_check;

/*
 * What has to be done while the host's /proc is still there: the OOM score, the
 * CPUs to enter on, and the security label's file. LABEL_OUT is -1 when no
 * label is asked for.
 */
int confine_early(const struct confine_plan *plan, int *label_out,
		  struct stage_failure *fail);

/*
 * Have the kernel give the next program the label; LABEL is the file of
 * confine_early. Children inherit it.
 */
int confine_label(const struct confine_plan *plan, int label,
		  struct stage_failure *fail);

/*
 * In the container's root: whether there is such a program, as far as it can
 * be told before the working directory and the user are the process's own.
 */
int confine_check_program(const struct confine_plan *plan,
			  struct stage_failure *fail);

/* Confine this process and execute the program; returns only to fail. */
int confine_and_execute(const struct confine_plan *plan,
			const struct confine_files *files,
			struct stage_failure *fail);

/* Free what was planned. */
void confine_plan_release(struct confine_plan *plan);
DEFINE_CLEANUP(struct confine_plan, confine_plan_release)

#endif
