/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where this host keeps its control groups. A host may have every controller
 * on cgroup v2 (unified), every one on a v1 hierarchy of its own (legacy), or
 * v1 controllers beside a v2 tree that has few or none (hybrid). So nothing
 * asks "which version?" but "where does this controller live?": each
 * controller has a home, and the v2 tree, where there is one, is the home of
 * the group itself.
 *
 * Controllers do not share paths: a process may sit in "/" of one hierarchy
 * and in a group of its own in another, so own paths are kept per controller,
 * relative to what is mounted (a container sees a subtree mounted as "/").
 *
 * cgroup_host_parse is pure; cgroup_host_read feeds it from /proc.
 */
#ifndef RUNTIME_CGROUP_HOST_H
#define RUNTIME_CGROUP_HOST_H

#include <stdbool.h>

#include "base/error.h"

enum cgroup_mode {
	CGROUP_MODE_NONE = 0, /* no control groups are mounted */
	CGROUP_MODE_LEGACY,   /* v1 hierarchies only */
	CGROUP_MODE_HYBRID,   /* v1 hierarchies and a v2 tree */
	CGROUP_MODE_UNIFIED,  /* v2 only */
};

enum cgroup_controller {
	CGROUP_CONTROLLER_NONE = 0,
	CGROUP_CORE, /* the group itself on v2: cgroup.* files */
	CGROUP_MEMORY,
	CGROUP_CPU,
	CGROUP_CPUACCT, /* v1 only; part of the core on v2 */
	CGROUP_CPUSET,
	CGROUP_PIDS,
	CGROUP_IO,	/* "blkio" on v1 */
	CGROUP_DEVICES, /* v1 only; a BPF program on v2 */
	CGROUP_FREEZER, /* v1 only; part of the core on v2 */
	CGROUP_HUGETLB,
	CGROUP_RDMA,
	CGROUP_NET_CLS,	 /* v1 only */
	CGROUP_NET_PRIO, /* v1 only */
	CGROUP_CONTROLLER_COUNT,
};

enum cgroup_home {
	CGROUP_HOME_NONE = 0, /* not on this host */
	CGROUP_HOME_V1,
	CGROUP_HOME_V2,
};

struct cgroup_place {
	enum cgroup_home home;
	char *mount; /* mount point; NULL when there is none */
	char *own;   /* this process's group, relative to mount, starts "/" */
};

struct cgroup_host {
	enum cgroup_mode mode;
	struct cgroup_place places[CGROUP_CONTROLLER_COUNT];
};

#define CGROUP_HOST_INIT                 \
	{                                \
		.mode = CGROUP_MODE_NONE \
	}

/* What the kernel says, as text; each may come from a test instead. */
struct cgroup_host_text {
	const char *mountinfo;	 /* /proc/self/mountinfo */
	const char *membership;	 /* /proc/self/cgroup */
	const char *controllers; /* cgroup.controllers of the v2 tree */
};

/* Find homes and paths in TEXT; lines that make no sense are skipped. */
void cgroup_host_parse(const struct cgroup_host_text *text,
		       struct cgroup_host *out);

/* Find out about this host. */
int cgroup_host_read(struct cgroup_host *out, struct error *err) must_check;

/* Free what HOST holds. */
void cgroup_host_release(struct cgroup_host *host);
DEFINE_CLEANUP(struct cgroup_host, cgroup_host_release)

/* The kernel's name of CONTROLLER on v1 ("memory", "blkio"); "" for core. */
const char *cgroup_controller_name(enum cgroup_controller controller);

/* The controller a name of either version means, or none. */
enum cgroup_controller cgroup_controller_from_name(const char *name);

/* Whether HOME on HOST is one of v1 for CONTROLLER. */
bool cgroup_host_is_v1(const struct cgroup_host *host,
		       enum cgroup_controller controller);

/*
 * The controller whose directory CONTROLLER shares: the core for all that live
 * on the v2 tree, else the first of those that are mounted together.
 */
enum cgroup_controller cgroup_host_slot(const struct cgroup_host *host,
					enum cgroup_controller controller);

/* The mode's name: "none", "legacy", "hybrid", "unified". */
const char *cgroup_mode_name(enum cgroup_mode mode);

#endif
