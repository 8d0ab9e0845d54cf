/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to all processes of a group at once, and what it has used:
 * freeze, kill, list, count. A table per kind of host picks the files: the v2
 * tree's cgroup.freeze and cgroup.kill serve hybrid hosts too, so a container
 * there needs no v1 freezer.
 */
#ifndef RUNTIME_CGROUP_CONTROL_H
#define RUNTIME_CGROUP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "runtime/cgroup/cgroup.h"

struct cgroup_stats {
	/* a number nobody counts on this host is UINT64_MAX */
	uint64_t cpu_total_ns, cpu_user_ns, cpu_system_ns;
	uint64_t throttled_periods, throttled_ns;
	uint64_t memory_bytes; /* in use, page cache included */
	uint64_t memory_cache; /* inactive file pages, which `stats` omits */
	uint64_t memory_limit;
	uint64_t memory_peak;
	uint64_t memory_failures;
	uint64_t oom_kills;
	uint64_t pids, pids_limit;
	uint64_t io_read_bytes, io_write_bytes;
	uint64_t io_reads, io_writes;
};

/*
 * Stop or continue every process; returns once it is so. BUSY when some
 * process would not stop within ten seconds (the group is thawed again).
 */
int cgroup_freeze(const struct cgroup *cg, bool frozen,
		  struct error *err) must_check;

/* Whether the group is frozen by cgroup_freeze. */
int cgroup_is_frozen(const struct cgroup *cg, bool *out,
		     struct error *err) must_check;

/* Send SIGNAL to every process; SIGKILL is atomic where the kernel can. */
int cgroup_kill(const struct cgroup *cg, int signal,
		struct error *err) must_check;

/*
 * The processes of the group and of groups inside it. The array is the
 * caller's to free, NULL when there are none.
 */
int cgroup_processes(const struct cgroup *cg, pid_t **out, size_t *count_out,
		     struct error *err) must_check;

/* Read what the group has used; what cannot be read stays UINT64_MAX. */
void cgroup_stats(const struct cgroup *cg, struct cgroup_stats *out);

/* Whether the kernel killed a process of the group for lack of memory. */
bool cgroup_has_oom_killed(const struct cgroup *cg);

#endif
