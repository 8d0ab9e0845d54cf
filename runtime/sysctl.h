/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel parameters of a container. Only those a namespace of its own confines
 * may be set: net.* with a network namespace, the System V and message queue
 * ones with an ipc namespace, the domain name with a uts namespace. Names come
 * with dots or slashes ("net/ipv4/conf/eth0.1/forwarding", or "net.ipv4…"),
 * and are written as files below a procfs that is checked to be one
 * (CVE-2022-0811, CVE-2025-52881).
 */
#ifndef RUNTIME_SYSCTL_H
#define RUNTIME_SYSCTL_H

#include <stddef.h>

#include "base/error.h"
#include "runtime/spec/runtime_spec.h"
#include "runtime/stage.h"

struct sysctl_entry {
	const char *name;  /* as given; borrowed */
	char *path;	   /* below a procfs: "sys/net/…" */
	const char *value; /* borrowed */
};

struct sysctl_plan {
	struct sysctl_entry *entries;
	size_t count;
};

#define SYSCTL_PLAN_INIT \
	{                \
		NULL, 0  \
	}

/*
 * Turn NAME into a path below a procfs. INVALID unless it is one that
 * SPACES (indexed by kind) confines. Pure; the caller frees *OUT.
 */
int sysctl_path(const char *name, const struct runtime_namespace *spaces,
		char **out, struct error *err) must_check;

/* Plan SPEC's parameters; the caller releases OUT whatever the result. */
int sysctl_plan_make(const struct runtime_spec *spec, struct sysctl_plan *out,
		     struct error *err) must_check;

/*
 * Write them. ROOT's /proc is used when it is a procfs. In the container's
 * first process; allocates nothing.
 */
int sysctl_write(const struct sysctl_plan *plan, int root,
		 struct stage_failure *fail);

/* Free the paths. */
void sysctl_plan_release(struct sysctl_plan *plan);
DEFINE_CLEANUP(struct sysctl_plan, sysctl_plan_release)

#endif
