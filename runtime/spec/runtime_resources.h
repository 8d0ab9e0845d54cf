/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `linux.resources` object of an OCI runtime configuration (runtime-spec
 * 1.2, config-linux.md, "Control groups") as plain C. Reading it is pure: no
 * value is checked against what this kernel offers, that is for the cgroup
 * code. A number that was not given has `is_set` false; every other member of
 * the document has its zero value then. The struct owns all it points to.
 */
#ifndef RUNTIME_RUNTIME_RESOURCES_H
#define RUNTIME_RUNTIME_RESOURCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "runtime/spec/runtime_value.h"

enum runtime_device_access {
	RUNTIME_DEVICE_READ = 1 << 0,
	RUNTIME_DEVICE_WRITE = 1 << 1,
	RUNTIME_DEVICE_MKNOD = 1 << 2,
};

/* One entry of the device access list; later entries win. */
struct runtime_device_rule {
	bool is_allowed;
	char type;	 /* 'a' for all, 'b', 'c' */
	int64_t major;	 /* -1: any */
	int64_t minor;	 /* -1: any */
	unsigned access; /* enum runtime_device_access */
};

/* A block device and its weight. */
struct runtime_device_weight {
	int64_t major;
	int64_t minor;
	struct runtime_number weight;	   /* 10 to 1000 */
	struct runtime_number leaf_weight; /* 10 to 1000, v1 only */
};

/* A block device and its ceiling, in bytes or operations per second. */
struct runtime_device_rate {
	int64_t major;
	int64_t minor;
	uint64_t rate;
};

/* A list of ceilings. */
struct runtime_device_rates {
	struct runtime_device_rate *items;
	size_t count;
};

/* A huge page size ("2MB") and its ceiling in bytes. */
struct runtime_hugepage {
	char *size;
	uint64_t limit;
};

/* An RDMA device and its ceilings. */
struct runtime_rdma {
	char *device;
	struct runtime_number handles;
	struct runtime_number objects;
};

struct runtime_memory {
	struct runtime_number limit;	   /* bytes, -1: none */
	struct runtime_number reservation; /* bytes */
	struct runtime_number swap;	  /* bytes, memory included; -1: none */
	struct runtime_number kernel;	  /* bytes; obsolete */
	struct runtime_number kernel_tcp; /* bytes; v1 only */
	struct runtime_number swappiness; /* 0 to 100; v1 only */
	bool disable_oom_killer;	  /* v1 only */
	bool check_before_update;
};

struct runtime_cpu {
	struct runtime_number shares;		/* 2 to 262144 */
	struct runtime_number quota;		/* microseconds per period */
	struct runtime_number burst;		/* microseconds */
	struct runtime_number period;		/* microseconds */
	struct runtime_number realtime_runtime; /* microseconds; v1 only */
	struct runtime_number realtime_period;	/* microseconds; v1 only */
	struct runtime_number idle; /* v2: SCHED_IDLE for the group */
	char *cpus;		    /* "0-3,7" or NULL */
	char *mems;		    /* "0" or NULL */
};

struct runtime_block_io {
	struct runtime_number weight;
	struct runtime_number leaf_weight;
	struct runtime_device_weight *weights;
	size_t weight_count;
	struct runtime_device_rates read_bps;
	struct runtime_device_rates write_bps;
	struct runtime_device_rates read_iops;
	struct runtime_device_rates write_iops;
};

struct runtime_resources {
	struct runtime_device_rule *devices;
	size_t device_count;
	struct runtime_memory memory;
	struct runtime_cpu cpu;
	struct runtime_number pids_limit; /* 0 or less: none */
	struct runtime_block_io block_io;
	struct runtime_hugepage *hugepages;
	size_t hugepage_count;
	struct runtime_number network_class; /* net_cls.classid; v1 only */
	struct runtime_pair
		*network_priorities; /* interface, number; v1 only */
	size_t network_priority_count;
	struct runtime_rdma *rdma;
	size_t rdma_count;
	struct runtime_pair *unified; /* v2 file name and what to write */
	size_t unified_count;
};

/*
 * Read the `linux.resources` OBJECT into OUT, which the caller releases
 * whatever the result. INVALID names the member.
 */
int runtime_resources_parse(const json_t *object, struct runtime_resources *out,
			    struct error *err) must_check;

/* Free the contents and leave everything unset. */
void runtime_resources_release(struct runtime_resources *resources);
DEFINE_CLEANUP(struct runtime_resources, runtime_resources_release)

#endif
