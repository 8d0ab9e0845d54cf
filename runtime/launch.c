/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side: plan, clone, answer, wait for the program. */
#include "runtime/launch.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "runtime/child.h"
#include "runtime/control.h"
#include "runtime/idmap.h"
#include "runtime/init_stages.h"

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

/* What would be silently missing is refused instead. */
static int check_support(const struct runtime_spec *spec, struct error *err)
{
	if (!spec->has_process)
		return error_set(err, ERROR_INVALID,
				 "the configuration has no process");
	if (spec->mount_label && *spec->mount_label)
		return error_set(err, ERROR_UNSUPPORTED,
				 "mountLabel: SELinux labels on mounts are not "
				 "supported");
	if (spec->intel_rdt.is_set)
		return error_set(err, ERROR_UNSUPPORTED,
				 "intelRdt: resource control groups are not "
				 "supported");
	return 0;
}

static int make_plan(const struct launch *launch, struct init_plan *plan,
		     struct error *err)
{
	const struct runtime_spec *spec = launch->spec;
	const struct runtime_namespace *spaces = spec->namespaces;

	if (check_support(spec, err) < 0)
		return -1;
	plan->spec = spec;
	plan->start_fd = launch->start_fd;
	memcpy(plan->stdio, launch->stdio, sizeof(plan->stdio));
	plan->waits_for_parent = launch->prepare;
	plan->waits_for_clearance = launch->accompany;
	plan->waits_for_maps = namespace_is_new(spec, RUNTIME_NAMESPACE_USER);
	plan->cgroups = (struct cgroup_view){
		.is_unified = cgroup_view_is_unified(),
		.has_namespace = spaces[RUNTIME_NAMESPACE_CGROUP].is_asked,
		.id = launch->id,
	};
	if (launch->id)
		plan->keyring = xasprintf("_ses.%s", launch->id);
	hook_state_make(spec, launch->id, launch->bundle, &plan->hooks);
	devices_plan(spec, &plan->devices);
	if (namespaces_plan(spec, launch->network_fd, &plan->namespaces, err) <
		    0 ||
	    mount_plan_make(spec, &plan->mounts, err) < 0 ||
	    sysctl_plan_make(spec, &plan->sysctls, err) < 0 ||
	    confine_plan_make(&spec->process,
			      spaces[RUNTIME_NAMESPACE_USER].is_asked ||
				      !userns_is_initial(),
			      &plan->confine, err) < 0)
		return -1;
	/* execCPUAffinity is for processes that join later only */
	CPU_ZERO(&plan->confine.first_cpus);
	CPU_ZERO(&plan->confine.cpus);
	plan->confine.filter = launch->filter;
	plan->confine.filter_flags = launch->filter_flags;
	plan->confine.dies_with_parent = launch->dies_with_parent;
	plan->confine.personality = spec->personality;
	plan->confine.preserved = launch->preserved;
	plan->confine.has_listener = launch->listen;
	plan->no_keyring = launch->no_keyring;
	plan->no_pivot = launch->no_pivot;
	if (mount_plan_open(&plan->mounts, spec, err) < 0)
		return -1;
	return open_root(launch, plan, err);
}

static void release_plan(struct init_plan *plan)
{
	namespace_plan_release(&plan->namespaces);
	mount_plan_release(&plan->mounts);
	device_plan_release(&plan->devices);
	sysctl_plan_release(&plan->sysctls);
	confine_plan_release(&plan->confine);
	hook_state_release(&plan->hooks);
	free(plan->keyring);
	if (plan->root >= 0)
		(void)close(plan->root);
	if (plan->control >= 0)
		(void)close(plan->control);
}
DEFINE_CLEANUP(struct init_plan, release_plan)

static int start_child(const struct launch *launch, struct init_plan *plan,
		       struct launched *out, struct error *err)
{
	struct child_options options = {
		.flags = plan->namespaces.clone_flags,
		.cgroup_fd = launch->cgroup_fd,
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

/* What only a parent can do, while the child mounts. */
static int serve(const struct launch *launch, const struct init_plan *plan,
		 const struct launched *child, struct error *err)
{
	const struct runtime_spec *spec = launch->spec;

	if (plan->waits_for_maps) {
		if (idmap_write(child->pid, &spec->uid_maps, &spec->gid_maps,
				err) < 0)
			return -1;
		/* a dead child tells why when its answer is read */
		(void)control_send(child->control_fd, CONTROL_MAPPED, 0, -1);
	}
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
	autoclean(release_plan) struct init_plan plan = {
		.root = -1,
		.control = -1,
	};

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
