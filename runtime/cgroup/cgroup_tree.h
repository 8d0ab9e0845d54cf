/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories of a control group file system: making a path of groups in one
 * hierarchy with what each version wants on the way (v1 cpusets inherit their
 * CPUs, v2 parents hand controllers down), and removing one with the groups
 * inside it. Functions return -1 with errno set: the caller knows the names.
 */
#ifndef RUNTIME_CGROUP_TREE_H
#define RUNTIME_CGROUP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/cgroup/cgroup_host.h"

struct cgroup_tree_chain {
	int top; /* descriptor of the group to start from */
	bool is_v2;
	bool is_cpuset;	      /* v1 cpuset: new groups inherit */
	bool is_realtime;     /* v1 cpu: the parents need a budget to give */
	unsigned controllers; /* v2: bit set to enable on the way */
};

/*
 * Open the group PATH below CHAIN's top, making what is missing. MADE_OUT
 * tells whether the last component is new. Returns a descriptor.
 */
int cgroup_tree_make(const struct cgroup_tree_chain *chain, const char *path,
		     bool *made_out);

/*
 * Remove the group PATH and those inside it; absent is fine. EBUSY when
 * processes are still in it at DEADLINE (clock_monotonic).
 */
int cgroup_tree_remove(const char *path, int64_t deadline);

/*
 * List the processes of the group DIRECTORY and of the groups inside it. OUT
 * is the caller's to free, NULL when there are none.
 */
int cgroup_tree_processes(int directory, pid_t **out, size_t *count_out);

/* Write VALUE to the control file FILE of the group DIRECTORY. */
int cgroup_tree_write(int directory, const char *file, const char *value);

#endif
