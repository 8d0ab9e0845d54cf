/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes and links of a container's /dev: null, zero, full, random, urandom
 * and tty (runtime-spec 1.2, "Default Devices"), the links fd, stdin, stdout,
 * stderr, core and ptmx, and the specification's own devices.
 *
 * Inside a user namespace nothing can be made with mknod(2), so the host's
 * nodes are bound over empty files there; each is checked to be the device it
 * is named after. The folder is entered without following links: an image whose
 * /dev leads elsewhere is refused (CVE-2026-41579).
 */
#ifndef RUNTIME_DEVICES_H
#define RUNTIME_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "runtime/spec/runtime_spec.h"
#include "runtime/stage.h"

struct device_node {
	const char *shown; /* path as given; borrowed */
	const char *host;  /* the host's node, where it is bound; borrowed */
	char *target;	   /* relative to the root */
	mode_t mode;	   /* with its type */
	dev_t number;
	uid_t uid;
	gid_t gid;
};

struct device_plan {
	struct device_node *nodes;
	size_t count;
	bool is_bound;	 /* the host's nodes are bound, not made */
	bool is_skipped; /* /dev is the host's: nothing is touched */
	bool has_core;	 /* this kernel has /proc/kcore to link to */
};

#define DEVICE_PLAN_INIT                     \
	{                                    \
		NULL, 0, false, false, false \
	}

/* Plan SPEC's devices after the default ones; the caller releases OUT. */
void devices_plan(const struct runtime_spec *spec, struct device_plan *out);

/*
 * The name in /dev of PLAN's link at INDEX, and what it leads to; NULL beyond
 * the last.
 */
const char *devices_link(const struct device_plan *plan, size_t index,
			 const char **leads_to_out);

/*
 * Make the nodes and links below ROOT. In the container's first process;
 * allocates nothing.
 */
int devices_make(const struct device_plan *plan, int root,
		 struct stage_failure *fail);

/* Free the nodes. */
void device_plan_release(struct device_plan *plan);
DEFINE_CLEANUP(struct device_plan, device_plan_release)

#endif
