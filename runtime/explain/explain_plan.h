/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script is written from: the plans by which a container is started,
 * and what is made beside them. Everything is borrowed. The folder `state` is
 * one that the plans name; in the script it is the script's own, another one
 * each time.
 */
#ifndef RUNTIME_EXPLAIN_PLAN_H
#define RUNTIME_EXPLAIN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strvec.h"
#include "runtime/cgroup/cgroup_host.h"
#include "runtime/cgroup/cgroup_limits.h"
#include "runtime/init_plan.h"
#include "runtime/network/wiring.h"
#include "runtime/seccomp/seccomp_filter.h"

/* A file that is made for the container alone. */
struct explain_file {
	const char *name; /* in the script's own folder */
	const void *data;
	size_t length;
	bool is_program; /* executable, and no text */
};

/* A volume that is not there yet. */
struct explain_volume {
	const char *path;	 /* below `state` */
	const char *destination; /* what it is filled from; NULL: nothing */
};

struct explain {
	const char *command; /* what is explained, for the first lines */
	const char *id;	     /* the container's */
	const char *state;   /* folder the plans name; the script's own */
	const struct init_plan *init;
	const struct cgroup_host *host;
	const struct cgroup_limits *limits;
	const char *cgroup_path;
	const struct seccomp_filter *filter; /* NULL: none */
	const struct strvec *lowers; /* layers' folders, topmost first */
	const char *root;	     /* folder that is the root itself; NULL */
	/* with a user namespace: the host's ids of the container's */
	const struct runtime_id_maps *uids, *gids;
	const struct explain_file *files;
	size_t file_count;
	const struct explain_volume *volumes;
	size_t volume_count;
	bool has_stdin;
	const struct wiring *wiring; /* links and rules; empty: none */
	const struct strvec *pasta; /* words for pasta; NULL: it is not asked */
};

#endif
