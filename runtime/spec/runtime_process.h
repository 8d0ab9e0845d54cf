/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `process` object of an OCI runtime configuration (runtime-spec 1.2,
 * config.md, "Process"): what is started, as whom and how confined. `run` has
 * it inside a container's configuration, `exec` reads one of its own. Reading
 * is pure and complete: what parses is well formed, but whether a path or a
 * user exists shows only in the container. The struct owns all it points to.
 */
#ifndef RUNTIME_RUNTIME_PROCESS_H
#define RUNTIME_RUNTIME_PROCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/spec/runtime_resources.h"

/* Capability sets as bit masks: bit N stands for capability N. */
struct runtime_capabilities {
	bool is_set; /* absent: the process has none at all */
	uint64_t bounding;
	uint64_t effective;
	uint64_t inheritable;
	uint64_t permitted;
	uint64_t ambient;
};

/* One resource limit; RLIM_INFINITY for no limit. */
struct runtime_rlimit {
	int resource; /* RLIMIT_… */
	uint64_t soft;
	uint64_t hard;
};

/* sched_setattr(2); only when `is_set`. */
struct runtime_scheduler {
	bool is_set;
	uint32_t policy; /* SCHED_… */
	uint64_t flags;	 /* SCHED_FLAG_… */
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds */
};

struct runtime_process {
	bool terminal;
	struct runtime_number console_height; /* rows */
	struct runtime_number console_width;  /* columns */
	uint32_t uid;
	uint32_t gid;
	struct runtime_number umask;
	uint32_t *groups; /* supplementary, exactly these */
	size_t group_count;
	struct strvec args; /* at least one */
	struct strvec env;  /* each "NAME=value" */
	char *cwd;	    /* absolute */
	struct runtime_capabilities capabilities;
	struct strvec unknown_capabilities; /* names this build cannot map */
	struct runtime_rlimit *rlimits;
	size_t rlimit_count;
	bool no_new_privileges;
	char *apparmor_profile; /* NULL: none asked for */
	char *selinux_label;	/* NULL: none asked for */
	struct runtime_number oom_score_adj;
	struct runtime_number io_priority; /* as ioprio_set(2) takes it */
	struct runtime_scheduler scheduler;
	char *initial_affinity; /* CPUs while entering, for exec; or NULL */
	char *final_affinity;	/* CPUs of the process itself; or NULL */
};

/*
 * Read a `process` OBJECT into OUT, which the caller releases whatever the
 * result. INVALID names the member.
 */
int runtime_process_parse(const json_t *object, struct runtime_process *out,
			  struct error *err) must_check;

/* Free the contents and leave everything unset. */
void runtime_process_release(struct runtime_process *process);
DEFINE_CLEANUP(struct runtime_process, runtime_process_release)

#endif
