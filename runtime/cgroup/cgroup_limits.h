/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container may use, in the form the control groups want it: taken from
 * the resources of an OCI specification, checked, and independent of the
 * host's cgroup version. Every field has a value that means "not asked for",
 * so that an update changes only what it names. Pure.
 *
 * Kernel memory limits are accepted and ignored, as the specification allows
 * ("NOT RECOMMENDED"; the kernel dropped them in 5.16).
 */
#ifndef RUNTIME_CGROUP_LIMITS_H
#define RUNTIME_CGROUP_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/cgroup/device_rules.h"
#include "runtime/spec/runtime_resources.h"

/* "Not asked for" of the signed limits, where 0 and -1 mean something. */
#define CGROUP_UNSET INT64_MIN

/* "No limit" of the signed limits. */
#define CGROUP_UNLIMITED INT64_C(-1)

enum cgroup_throttle_kind {
	CGROUP_THROTTLE_NONE = 0,
	CGROUP_THROTTLE_READ_BPS,
	CGROUP_THROTTLE_WRITE_BPS,
	CGROUP_THROTTLE_READ_IOPS,
	CGROUP_THROTTLE_WRITE_IOPS,
	CGROUP_THROTTLE_WEIGHT, /* `rate` is a weight, 10 to 1000 */
};

struct cgroup_throttle {
	enum cgroup_throttle_kind kind;
	unsigned major, minor;
	uint64_t rate; /* bytes or operations per second */
};

struct cgroup_limits {
	int64_t memory;		    /* bytes */
	int64_t memory_swap;	    /* memory and swap together, bytes */
	int64_t memory_reservation; /* bytes */
	int64_t swappiness;	    /* 0 to 100 */
	bool oom_kill_disable;
	uint64_t cpu_shares;	  /* 2 to 262144; 0: not asked for */
	int64_t cpu_quota;	  /* microseconds per period */
	uint64_t cpu_period;	  /* microseconds; 0: not asked for */
	uint64_t cpu_burst;	  /* microseconds; 0: not asked for */
	int64_t realtime_runtime; /* microseconds */
	uint64_t realtime_period; /* microseconds; 0: not asked for */
	int64_t cpu_idle;	  /* 0 or 1 */
	char *cpus;		  /* "0-2,4"; NULL: not asked for */
	char *mems;
	int64_t pids;
	uint64_t io_weight; /* 10 to 1000; 0: not asked for */
	struct cgroup_throttle *throttles;
	size_t throttle_count;
	struct strvec hugetlb; /* pairs: page size ("2MB"), bytes */
	struct strvec rdma;    /* pairs: device, "hca_handle=1 hca_object=2" */
	int64_t net_class;     /* net_cls.classid */
	struct strvec net_priorities; /* "eth0 5" */
	struct strvec unified;	      /* pairs: v2 file name, value */
	struct device_rules devices;
	bool has_devices; /* device rules were given, perhaps none */
	bool accounting;  /* v1: also join memory, cpuacct, pids for numbers */
};

/* Set every limit of LIMITS to "not asked for". */
void cgroup_limits_init(struct cgroup_limits *limits);

/*
 * Take what RESOURCES ask for into LIMITS, which must be fresh from
 * cgroup_limits_init. INVALID names what contradicts itself or is out of range.
 */
int cgroup_limits_take(const struct runtime_resources *resources,
		       struct cgroup_limits *limits,
		       struct error *err) must_check;

/* Free what LIMITS holds and reset it. */
void cgroup_limits_release(struct cgroup_limits *limits);
DEFINE_CLEANUP(struct cgroup_limits, cgroup_limits_release)

#endif
