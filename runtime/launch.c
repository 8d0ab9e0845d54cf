/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side: plan, clone, answer, wait for the program. */
#include "runtime/launch.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "runtime/child.h"
#include "runtime/control.h"
#include "runtime/idmap.h"
#include "runtime/init_plan.h"
#include "runtime/init_stages.h"
#include "runtime/net_devices.h"

/*
 * The root as a detached mount of its own. A descriptor that is one already
 * cannot be cloned by older kernels, and is used as it is.
 */
static int open_root(const struct launch *launch, struct init_plan *plan,
		     struct error *err)
{
	plan->root = launch->is_rootfs_ours
			     ? -1
			     : open_tree(launch->rootfs_fd, "",
					 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
						 AT_RECURSIVE | AT_EMPTY_PATH);
	if (plan->root < 0 && (launch->is_rootfs_ours || errno == EINVAL))
		plan->root = fcntl(launch->rootfs_fd, F_DUPFD_CLOEXEC, 3);
	if (plan->root < 0)
		return error_sys(err, errno, "open the root file system");
	return 0;
}

static int make_plan(const struct launch *launch, struct init_plan *plan,
		     struct error *err)
{
	const struct runtime_spec *spec = launch->spec;
	const struct init_plan_place place = { launch->network_fd, launch->id,
					       launch->bundle };

	if (init_plan_make(spec, &place, plan, err) < 0)
		return -1;
	plan->start_fd = launch->start_fd;
	memcpy(plan->stdio, launch->stdio, sizeof(plan->stdio));
	plan->waits_for_parent = launch->prepare;
	plan->waits_for_clearance = launch->accompany;
	plan->confine.filter = launch->filter;
	plan->confine.filter_flags = launch->filter_flags;
	plan->confine.dies_with_parent = launch->dies_with_parent;
	plan->confine.preserved = launch->preserved;
	plan->confine.has_listener = launch->listen;
	plan->no_keyring = launch->no_keyring;
	plan->no_pivot = launch->no_pivot;
	plan->root_place = launch->root_place;
	if (mount_plan_open(&plan->mounts, spec, err) < 0)
		return -1;
	return open_root(launch, plan, err);
}

static int start_child(const struct launch *launch, struct init_plan *plan,
		       struct launched *out, struct error *err)
{
	struct child_options options = {
		.flags = plan->namespaces.clone_flags,
		.cgroup_fd = launch->cgroup_fd,
		.user_namespace =
			plan->namespaces.joined[RUNTIME_NAMESPACE_USER],
		.pid_namespace = plan->namespaces.joined[RUNTIME_NAMESPACE_PID],
	};

	if (control_open(&out->control_fd, &plan->control, err) < 0)
		return -1;
	if (child_start(&options, &out->pid, &out->pidfd, err) < 0)
		return -1;
	if (!out->pid) {
		/* or it would wait for a parent that was killed */
		(void)close(out->control_fd);
		init_run(plan);
	}
	(void)close(TAKE_FD(plan->control)); /* the child's copy is its own */
	return 0;
}

/* The child was born in a new network namespace, or is about to join one. */
static int give_devices(const struct init_plan *plan, pid_t pid,
			struct error *err)
{
	const struct runtime_spec *spec = plan->spec;
	autofree char *path = xasprintf("/proc/%d/ns/net", (int)pid);
	autoclose int own = -1;
	int joined = plan->namespaces.joined[RUNTIME_NAMESPACE_NETWORK];

	if (!spec->net_device_count)
		return 0;
	if (joined < 0) {
		own = open(path, O_RDONLY | O_CLOEXEC);
		if (own < 0)
			return error_sys(err, errno, "open %s", path);
	}
	return net_devices_move(spec->net_devices, spec->net_device_count,
				joined < 0 ? own : joined, err);
}

/* Root of a user namespace may not, least of all to lower it. */
static int give_score(const struct init_plan *plan, pid_t pid,
		      struct error *err)
{
	const struct runtime_number *score =
		&plan->confine.process->oom_score_adj;
	autofree char *path = NULL;
	autoclose int fd = -1;

	if (!score->is_set ||
	    !plan->spec->namespaces[RUNTIME_NAMESPACE_USER].is_asked)
		return 0;
	path = xasprintf("/proc/%d/oom_score_adj", (int)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	/* without CAP_SYS_RESOURCE it stays, as in confine.c */
	if (fd >= 0 && dprintf(fd, "%lld", (long long)score->value) < 0 &&
	    errno != EACCES)
		return error_sys(err, errno, "write %s", path);
	return 0;
}

/* What only a parent can do, while the child mounts. */
static int serve(const struct launch *launch, const struct init_plan *plan,
		 const struct launched *child, struct error *err)
{
	const struct runtime_spec *spec = launch->spec;

	if (give_score(plan, child->pid, err) < 0)
		return -1;
	if (plan->waits_for_maps) {
		if (idmap_write(child->pid, &spec->uid_maps, &spec->gid_maps,
				err) < 0)
			return -1;
		/* a dead child tells why when its answer is read */
		(void)control_send(child->control_fd, CONTROL_MAPPED, 0, -1);
	}
	if (give_devices(plan, child->pid, err) < 0)
		return -1;
	if (launch->prepare) {
		if (launch->prepare(launch->context, child->pid, err) < 0)
			return -1;
		(void)control_send(child->control_fd, CONTROL_PREPARED, 0, -1);
	}
	if (launch->accompany) {
		if (launch->accompany(launch->context, child->pid, err) < 0)
			return -1;
		(void)control_send(child->control_fd, CONTROL_CLEARED, 0, -1);
	}
	return 0;
}

static int run_hooks(const struct launch *launch, enum runtime_hook_kind kind,
		     const struct hook_state *state, pid_t pid,
		     struct error *err)
{
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	if (hooks_run(launch->spec, kind, state, pid, &fail) == 0)
		return 0;
	stage_explain(fail.stage, fail.sys, fail.path ? fail.path : "", err);
	return error_wrap(err, "%s", runtime_hook_name(kind));
}

/* What a child that asks for hooks makes us run. */
struct hook_duty {
	const struct launch *launch;
	const struct hook_state *state;
};

static int answer_hooks(void *context, const struct launched *child,
			struct error *err)
{
	const struct hook_duty *duty = context;
	const struct launch *launch = duty->launch;
	const struct hook_state *state = duty->state;

	if (run_hooks(launch, RUNTIME_HOOK_PRESTART, state, child->pid, err) <
		    0 ||
	    run_hooks(launch, RUNTIME_HOOK_CREATE_RUNTIME, state, child->pid,
		      err) < 0)
		return -1;
	/* a dead child tells why when its answer is read */
	(void)control_send(child->control_fd, CONTROL_HOOKED, child->pid, -1);
	return 0;
}

static int answer_listener(void *context, const struct launched *child,
			   int listener, struct error *err)
{
	const struct hook_duty *duty = context;
	const struct launch *launch = duty->launch;

	return launch->listen(launch->context, child->pid, listener, err);
}

static int finish(const struct launch *launch, const struct hook_state *state,
		  struct launched *child, struct error *err)
{
	struct hook_duty context = { launch, state };
	struct launched_duty duty = {
		.hooks = answer_hooks,
		.listen = launch->listen ? answer_listener : NULL,
		.context = &context,
	};

	if (launched_follow(child, &duty, err) < 0)
		return -1;
	if (child->control_fd >= 0)
		return 0; /* it waits for its start */
	return run_hooks(launch, RUNTIME_HOOK_POSTSTART, state, child->pid,
			 err);
}

int launch_container(const struct launch *launch, struct launched *out,
		     struct error *err)
{
	autoclean(init_plan_release) struct init_plan plan = INIT_PLAN_INIT;

	*out = (struct launched)LAUNCHED_INIT;
	if (make_plan(launch, &plan, err) < 0)
		return launched_not_program(err);
	if (start_child(launch, &plan, out, err) < 0) {
		launched_release(out);
		return launched_not_program(err);
	}
	if (serve(launch, &plan, out, err) < 0) {
		launched_explain(out, err);
		launched_abandon(out);
		return -1;
	}
	if (finish(launch, &plan.hooks, out, err) < 0) {
		launched_abandon(out);
		return -1;
	}
	return 0;
}

int launch_finish(const struct launch *launch, struct launched *launched,
		  struct error *err)
{
	autoclean(hook_state_release) struct hook_state state = HOOK_STATE_INIT;

	hook_state_make(launch->spec, launch->id, launch->bundle, &state);
	if (control_send(launched->control_fd, CONTROL_START, 0, -1) < 0)
		errno = 0; /* a dead child tells why below */
	if (finish(launch, &state, launched, err) == 0)
		return 0;
	launched_abandon(launched);
	return -1;
}
