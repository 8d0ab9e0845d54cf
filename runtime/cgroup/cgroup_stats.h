/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a group has used, in the same words for both versions of control
 * groups. A number that nobody counts on this host, or for a group that is not
 * on the counting hierarchy, is CGROUP_NO_NUMBER; a limit that is not set is
 * CGROUP_NO_LIMIT. Where a file of one version has no counterpart in the other,
 * the number is derived as the OCI runtimes do it (memory and swap together
 * are the sum of both on v2).
 *
 * cgroup_stats_read looks at each file once and never fails: a group that is
 * about to go yields what is left of it. The caller releases the struct.
 */
#ifndef RUNTIME_CGROUP_STATS_H
#define RUNTIME_CGROUP_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "runtime/cgroup/cgroup.h"

#define CGROUP_NO_NUMBER UINT64_MAX
#define CGROUP_NO_LIMIT (UINT64_MAX - 1)

/* One counter that can be limited. */
struct cgroup_use {
	uint64_t now, peak, limit;
	uint64_t failures; /* how often the limit was run into */
};

/* What was moved from and to one device. */
struct cgroup_device_io {
	unsigned major, minor;
	uint64_t read_bytes, write_bytes;
	uint64_t reads, writes;		  /* operations */
	uint64_t discard_bytes, discards; /* as above */
};

struct cgroup_hugetlb_use {
	char *size; /* "2MB" */
	struct cgroup_use use;
};

struct cgroup_stats {
	uint64_t cpu_total_ns, cpu_user_ns, cpu_system_ns;
	uint64_t *cpu_each_ns; /* by processor; v1 only, else NULL */
	size_t cpu_count;
	uint64_t periods, throttled_periods, throttled_ns;
	struct cgroup_use memory;
	struct cgroup_use swap; /* memory and swap together */
	struct cgroup_use kernel_memory, kernel_tcp;
	uint64_t memory_cache;	  /* file pages */
	uint64_t memory_inactive; /* of them, those `stats` takes off */
	char *memory_lines; /* memory.stat as it is, "key value\n"…; or NULL */
	uint64_t oom_kills;
	uint64_t pids, pids_limit;
	struct cgroup_device_io *devices;
	size_t device_count;
	struct cgroup_hugetlb_use *hugetlb;
	size_t hugetlb_count;
};

/* Read what CG has used. */
void cgroup_stats_read(const struct cgroup *cg, struct cgroup_stats *out);

/* Bytes read from and written to all devices together. */
void cgroup_stats_io(const struct cgroup_stats *stats, uint64_t *read_out,
		     uint64_t *written_out);

/* Memory without the file pages that can be dropped, as docker shows it. */
uint64_t cgroup_stats_memory(const struct cgroup_stats *stats);

/*
 * Parse what a v1 blkio file says ("8:0 Read 4096\n…\nTotal 4096\n") into
 * bytes (IS_BYTES) or operations of STATS' devices. Pure.
 */
void cgroup_stats_parse_blkio(const char *text, bool is_bytes,
			      struct cgroup_stats *stats);

/* Parse a v2 io.stat ("8:0 rbytes=4096 wbytes=0 rios=1 …\n"). Pure. */
void cgroup_stats_parse_io(const char *text, struct cgroup_stats *stats);

/* Whether the kernel killed a process of the group for lack of memory. */
bool cgroup_has_oom_killed(const struct cgroup *cg);

/* Free what STATS holds. */
void cgroup_stats_release(struct cgroup_stats *stats);
DEFINE_CLEANUP(struct cgroup_stats, cgroup_stats_release)

#endif
