/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a `struct cgroup` is, for the files beside this one: a set of
 * directories, one for each mount (v1 controllers mounted together share one),
 * each either below the top of the mount or below this process's own group.
 */
#ifndef RUNTIME_CGROUP_GROUP_H
#define RUNTIME_CGROUP_GROUP_H

#include <stdbool.h>

#include "base/error.h"
#include "runtime/cgroup/cgroup_host.h"

/* The group's directory on one mount. */
struct cgroup_group_directory {
	int fd;	    /* -1: the group is not there */
	char *path; /* as seen by this process */
	bool made;  /* by this very create, whose failure removes it */
};

struct cgroup {
	struct cgroup_host host; /* a copy */
	char *path;		 /* "imgctl/<id>" */
	bool takes_existing;	 /* create uses what is there */
	bool gives_realtime;	 /* the parents have to have some */
	struct cgroup_group_directory directories[CGROUP_CONTROLLER_COUNT];
};

/* INVALID unless PATH names one group: a caller's "..", "" and "." do not. */
int cgroup_group_check(const char *path, struct error *err) must_check;

/* Whether only this program makes groups of this PATH. */
bool cgroup_group_is_own(const char *path);

/* The group PATH (no slash before it) on a copy of HOST, nowhere yet. The
 * caller's to cgroup_close. */
struct cgroup *cgroup_group_new(const struct cgroup_host *host,
				const char *path);

/* The directory CONTROLLER is in; its fd is -1 where the group is not. */
const struct cgroup_group_directory *cgroup_group_directory(
	const struct cgroup *cg, enum cgroup_controller controller);

/*
 * Make the group's directory for the mount of SLOT, with the v2 CONTROLLERS
 * handed down. EXISTS when it is there already and is not taken over; BUSY when
 * that has processes.
 */
int cgroup_group_make(struct cgroup *cg, enum cgroup_controller slot,
		      unsigned controllers, struct error *err) must_check;

/* Make the v1 directories whose controllers are in the bit set WANTED. */
int cgroup_group_make_v1(struct cgroup *cg, unsigned wanted,
			 struct error *err) must_check;

/* Open the group's directory for the mount of SLOT; whether it is there. */
bool cgroup_group_open(struct cgroup *cg, enum cgroup_controller slot);

/* Remove what a failed create made; what cannot go is a later leftover. */
void cgroup_group_undo(struct cgroup *cg);

/* Remove the program's own groups around DIRECTORY that it leaves empty. */
void cgroup_group_remove_parents(
	const struct cgroup *cg,
	const struct cgroup_group_directory *directory);

#endif
