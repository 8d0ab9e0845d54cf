/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides which control files get which values, before anything is written:
 * limits and the host's homes in, an ordered list of writes out. Where a limit
 * of one version has no file of the other, the value is converted as runc and
 * crun document it:
 *
 *   cpu shares s      cpu.weight  ceil(10^((l*l + 125*l)/612 - 7/34)),
 *                     l = log2 s, so that 1024 becomes 100
 *   memory and swap   memory.swap.max = swap - memory
 *   reservation       memory.low
 *   blkio weight w    io.bfq.weight w, or io.weight 1 + (w-10)*9999/990
 *   quota, period     cpu.max "quota period"
 *
 * Pure; executing a plan is cgroup.c's.
 */
#ifndef RUNTIME_CGROUP_PLAN_H
#define RUNTIME_CGROUP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "runtime/cgroup/cgroup_host.h"
#include "runtime/cgroup/cgroup_limits.h"

enum cgroup_write_mode {
	CGROUP_WRITE_MUST = 0,
	CGROUP_WRITE_IF_PRESENT, /* an absent file is no failure */
	CGROUP_WRITE_ELSE,	 /* only when the write before found no file */
};

struct cgroup_write {
	enum cgroup_controller controller; /* whose group; core for v2 */
	enum cgroup_write_mode mode;
	char *file;
	char *value;
};

struct cgroup_plan {
	struct cgroup_write *writes;
	size_t count;
	unsigned controllers; /* bit per controller that some write needs */
};

#define CGROUP_PLAN_INIT   \
	{                  \
		NULL, 0, 0 \
	}

/*
 * Plan LIMITS (devices excepted, which are not files) for HOST. UNSUPPORTED
 * when a limit's controller is nowhere on this host, naming it.
 */
int cgroup_plan_limits(const struct cgroup_host *host,
		       const struct cgroup_limits *limits,
		       struct cgroup_plan *out, struct error *err) must_check;

/*
 * The controllers, a bit each, that a group with LIMITS and its PLAN is to be
 * on: what the writes need, and what nothing could be frozen, listed or counted
 * without.
 */
unsigned cgroup_plan_wanted(const struct cgroup_host *host,
			    const struct cgroup_limits *limits,
			    const struct cgroup_plan *plan);

/* Those of WANTED that HOST's v2 tree has to hand down. */
unsigned cgroup_plan_unified(const struct cgroup_host *host, unsigned wanted);

/* The v2 weight (1 to 10000) for v1 cpu SHARES (2 to 262144). */
uint64_t cgroup_cpu_weight(uint64_t shares);

/* The v2 io.weight (1 to 10000) for a v1 WEIGHT (10 to 1000). */
uint64_t cgroup_io_weight(uint64_t weight);

/* Free the writes. */
void cgroup_plan_release(struct cgroup_plan *plan);
DEFINE_CLEANUP(struct cgroup_plan, cgroup_plan_release)

#endif
