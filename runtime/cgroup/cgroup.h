/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control group of one container, on v1, hybrid and v2 hosts alike;
 * cgroup_create.h makes it, cgroup_apply.h limits it.
 *
 * On a v2 tree clone3(CLONE_INTO_CGROUP) puts the container into its group at
 * birth (cgroup_into_fd). v1 has to be joined by cgroup_add, which waits about
 * 10 ms for the kernel on an idle host: let the parent call it while the child
 * mounts, and only when cgroup_has_to_add says so.
 *
 * Only directories that cgroup_create made are ever removed. A `struct cgroup`
 * belongs to one thread.
 */
#ifndef RUNTIME_CGROUP_H
#define RUNTIME_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_host.h"

struct cgroup;

/*
 * Open the group PATH wherever it exists. NOT_FOUND when it is nowhere; a
 * caller that only cleans up can take that for success.
 */
int cgroup_open(const char *path, struct cgroup **out,
		struct error *err) must_check;

/* Close and free CG; the group itself stays. NULL is fine. */
void cgroup_close(struct cgroup *cg);
DEFINE_CLEANUP_PTR(struct cgroup, cgroup_close)

/* The v2 directory for clone3's CLONE_INTO_CGROUP, borrowed; -1 without v2. */
int cgroup_into_fd(const struct cgroup *cg);

/* Whether a process has to be added to v1 groups by cgroup_add. */
bool cgroup_has_to_add(const struct cgroup *cg);

/* Put process PID into the v1 groups. */
int cgroup_add(const struct cgroup *cg, pid_t pid,
	       struct error *err) must_check;

/* Put process PID into the v2 group, for kernels without CLONE_INTO_CGROUP. */
int cgroup_add_unified(const struct cgroup *cg, pid_t pid,
		       struct error *err) must_check;

/*
 * Open the directory whose hierarchy is certain to hold every process of the
 * group. Returns the descriptor, the caller's to close, or -1.
 */
int cgroup_members_fd(const struct cgroup *cg, struct error *err) must_check;

/* The mode of the host the group lives on. */
enum cgroup_mode cgroup_mode(const struct cgroup *cg);

/*
 * The group's directory for CONTROLLER as a path, borrowed; NULL when this
 * group is not on that hierarchy.
 */
const char *cgroup_directory(const struct cgroup *cg,
			     enum cgroup_controller controller);

/*
 * Read a control file of the group into TEXT (at most its ceiling).
 * NOT_FOUND when the group or the file is not there.
 */
int cgroup_read(const struct cgroup *cg, enum cgroup_controller controller,
		const char *file, struct strbuf *text,
		struct error *err) must_check;

/* Write VALUE into a control file of the group. */
int cgroup_write(const struct cgroup *cg, enum cgroup_controller controller,
		 const char *file, const char *value,
		 struct error *err) must_check;

/*
 * Remove the group and the groups made inside it; processes must be gone or
 * going: waits for them, at most TIMEOUT_MS, then BUSY. The last group below
 * "imgctl/" takes that parent with it.
 */
int cgroup_remove(struct cgroup *cg, int timeout_ms,
		  struct error *err) must_check;

#endif
