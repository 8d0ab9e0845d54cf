/* SPDX-License-Identifier: Apache-2.0 */
/* Makes groups, with the limits they are to have. */
#include "runtime/cgroup/cgroup_create.h"

#include <string.h>

#include "base/alloc.h"
#include "runtime/cgroup/cgroup_apply.h"
#include "runtime/cgroup/cgroup_group.h"
#include "runtime/cgroup/cgroup_plan.h"

enum { LEFTOVER_TIMEOUT_MS = 200 };

static int make_all(struct cgroup *cg, const struct cgroup_limits *limits,
		    struct error *err)
{
	autoclean(cgroup_plan_release) struct cgroup_plan plan =
		CGROUP_PLAN_INIT;
	unsigned wanted;

	if (cgroup_plan_limits(&cg->host, limits, &plan, err) < 0)
		return -1;
	cg->gives_realtime = limits->realtime_runtime != CGROUP_UNSET;
	wanted = cgroup_plan_wanted(&cg->host, limits, &plan);
	if (cg->host.places[CGROUP_CORE].home == CGROUP_HOME_V2 &&
	    cgroup_group_make(cg, CGROUP_CORE,
			      cgroup_plan_unified(&cg->host, wanted), err) < 0)
		return -1;
	if (cgroup_group_make_v1(cg, wanted, err) < 0)
		return -1;
	return cgroup_apply_plan(cg, &plan, err);
}

/*
 * Remove an empty group of this name that a crash left. Only below the
 * program's own parent is it certain that nobody else made it.
 */
static int clear_leftover(const char *path, struct error *err)
{
	autoclean(cgroup_close) struct cgroup *old = NULL;

	if (!cgroup_group_is_own(path))
		return error_set(err, ERROR_BUSY, "the group exists already");
	if (cgroup_open(path, &old, err) < 0)
		return -1;
	if (cgroup_remove(old, LEFTOVER_TIMEOUT_MS, err) < 0)
		return error_wrap(err, "a group of that name is in use");
	return 0;
}

int cgroup_create(const char *path, const struct cgroup_limits *limits,
		  struct cgroup **out, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;

	if (cgroup_host_read(&host, err) < 0 ||
	    cgroup_group_check(path, err) < 0)
		return -1;
	path += strspn(path, "/");
	for (int tries = 0;; tries++) {
		autoclean(cgroup_close) struct cgroup *cg =
			cgroup_group_new(&host, path);

		if (make_all(cg, limits, err) == 0) {
			*out = TAKE_PTR(cg);
			return 0;
		}
		cgroup_group_undo(cg);
		if (err->kind != ERROR_EXISTS || tries > 0)
			return error_wrap(err, "cgroup %s", path);
		error_release(err);
		if (clear_leftover(path, err) < 0)
			return error_wrap(err, "cgroup %s", path);
	}
}

int cgroup_take(const char *path, const struct cgroup_limits *limits,
		struct cgroup **out, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(cgroup_close) struct cgroup *cg = NULL;

	if (cgroup_host_read(&host, err) < 0 ||
	    cgroup_group_check(path, err) < 0)
		return -1;
	cg = cgroup_group_new(&host, path + strspn(path, "/"));
	cg->takes_existing = true;
	if (make_all(cg, limits, err) == 0) {
		*out = TAKE_PTR(cg);
		return 0;
	}
	cgroup_group_undo(cg);
	return error_wrap(err, "cgroup %s", path);
}
