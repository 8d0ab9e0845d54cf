/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of a container's first process. */
#include "runtime/init_stages.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "runtime/console.h"
#include "runtime/control.h"
#include "runtime/mount_exec.h"
#include "runtime/rootfs.h"
#include "runtime/session.h"

/* What the stages find out on the way. */
struct progress {
	const struct init_plan *plan;
	const struct runtime_spec *spec;
	bool is_prepared; /* the parent's prepare is known to be done */
	bool is_cleared;  /* its accompany as well */
	bool has_cgroup_namespace;
	int null_device;
	int label; /* file to write the security label to, or -1 */
	int line;  /* to whoever is to hear of failures */
	pid_t pid; /* as the parent sees it; known once hooks ran */
	struct console console;
};

typedef int stage_function(struct progress *, struct stage_failure *);

/* In a new user namespace: wait for its maps, then become its root. */
static int become_root(struct progress *at, struct stage_failure *fail)
{
	struct control_message message;

	if (!at->plan->waits_for_maps)
		return 0;
	if (control_expect(at->plan->control, CONTROL_MAPPED, &message) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	if (syscall(SYS_setresgid, 0, 0, 0) < 0 ||
	    syscall(SYS_setresuid, 0, 0, 0) < 0)
		return stage_fail(fail, STAGE_IDENTITY, NULL);
	return 0;
}

static int begin(struct progress *at, struct stage_failure *fail)
{
	(void)umask(0); /* folders and nodes get exactly their modes */
	if (session_bind_life(fail) < 0 || become_root(at, fail) < 0)
		return -1;
	return confine_early(&at->plan->confine, &at->label, fail);
}

static int join_namespaces(struct progress *at, struct stage_failure *fail)
{
	const struct namespace_plan *namespaces = &at->plan->namespaces;

	if (namespaces_join(namespaces, fail) < 0)
		return -1;
	if (namespaces->makes_time &&
	    namespaces_enter_time(namespaces, fail) < 0)
		return -1;
	return session_enter(at->plan->keyring, !at->plan->no_keyring, fail);
}

static int wait_for_parent(struct progress *at, struct stage_failure *fail)
{
	struct control_message message;

	if (!at->plan->waits_for_parent || at->is_prepared)
		return 0;
	if (control_expect(at->plan->control, CONTROL_PREPARED, &message) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	at->is_prepared = true;
	return 0;
}

static int wait_for_clearance(struct progress *at, struct stage_failure *fail)
{
	struct control_message message;

	if (wait_for_parent(at, fail) < 0)
		return -1;
	if (!at->plan->waits_for_clearance || at->is_cleared)
		return 0;
	if (control_expect(at->plan->control, CONTROL_CLEARED, &message) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	at->is_cleared = true;
	return 0;
}

/* Its root is where this process is, so it has to be there first. */
static int make_cgroup_namespace(struct progress *at,
				 struct stage_failure *fail)
{
	if (!at->plan->namespaces.makes_cgroup || at->has_cgroup_namespace)
		return 0;
	if (wait_for_parent(at, fail) < 0)
		return -1;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return stage_fail(fail, STAGE_NAMESPACE, "cgroup");
	at->has_cgroup_namespace = true;
	return 0;
}

static int set_names(struct progress *at, struct stage_failure *fail)
{
	const char *host = at->spec->hostname;
	const char *domain = at->spec->domainname;

	if (host && *host && sethostname(host, strlen(host)) < 0)
		return stage_fail(fail, STAGE_HOSTNAME, host);
	if (domain && *domain && setdomainname(domain, strlen(domain)) < 0)
		return stage_fail(fail, STAGE_HOSTNAME, domain);
	return 0;
}

static int raise_loopback(struct progress *at, struct stage_failure *fail)
{
	if (!namespace_is_new(at->spec, RUNTIME_NAMESPACE_NETWORK))
		return 0;
	return session_raise_loopback(fail);
}

static int attach_root(struct progress *at, struct stage_failure *fail)
{
	return rootfs_attach(at->spec, at->plan->root, at->plan->root_place,
			     fail);
}

/*
 * The control groups' view needs the process to be in its groups; on a v2 host
 * also in its namespace, while v1 shows the own path only outside of one.
 */
static int mount_cgroups(struct progress *at, const struct mount_op *op,
			 struct stage_failure *fail)
{
	const struct cgroup_view *view = &at->plan->cgroups;

	if (view->is_unified ? make_cgroup_namespace(at, fail) < 0
			     : wait_for_parent(at, fail) < 0)
		return -1;
	return cgroup_view_mount(view, op, at->plan->root, fail);
}

static int mount_all(struct progress *at, struct stage_failure *fail)
{
	const struct mount_plan *mounts = &at->plan->mounts;

	for (size_t i = 0; i < mounts->count; i++) {
		const struct mount_op *op = &mounts->ops[i];
		int result = op->kind == MOUNT_CGROUP
				     ? mount_cgroups(at, op, fail)
				     : mount_exec(op, at->plan->root, fail);

		if (result < 0)
			return -1;
	}
	return make_cgroup_namespace(at, fail);
}

static int make_devices(struct progress *at, struct stage_failure *fail)
{
	if (devices_make(&at->plan->devices, at->plan->root, fail) < 0)
		return -1;
	at->null_device = rootfs_open_null(at->plan->root);
	if (at->null_device < 0)
		return stage_fail(fail, STAGE_DEVICE, "/dev/null");
	return 0;
}

static int make_console(struct progress *at, struct stage_failure *fail)
{
	const struct runtime_process *process = at->plan->confine.process;
	int root = at->plan->root;

	if (!process->terminal)
		return 0;
	if (console_open(root, process, &at->console, fail) < 0)
		return -1;
	if (!at->plan->devices.is_skipped &&
	    console_bind(root, &at->console, fail) < 0)
		return -1;
	if (control_send(at->plan->control, CONTROL_CONSOLE, 0,
			 at->console.master) < 0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	(void)close(at->console.master); /* the parent has it now */
	return 0;
}

static bool has_hooks(const struct progress *at, enum runtime_hook_kind kind)
{
	return at->spec->hooks[kind].count;
}

/* The runtime's hooks run in the parent, the container's here. */
static int run_create_hooks(struct progress *at, struct stage_failure *fail)
{
	struct control_message message;

	if (!has_hooks(at, RUNTIME_HOOK_PRESTART) &&
	    !has_hooks(at, RUNTIME_HOOK_CREATE_RUNTIME) &&
	    !has_hooks(at, RUNTIME_HOOK_CREATE_CONTAINER) &&
	    !has_hooks(at, RUNTIME_HOOK_START_CONTAINER))
		return 0;
	if (wait_for_clearance(at, fail) < 0)
		return -1;
	if (control_send(at->plan->control, CONTROL_HOOKS, 0, -1) < 0 ||
	    control_expect(at->plan->control, CONTROL_HOOKED, &message) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	at->pid = message.pid;
	return hooks_run(at->spec, RUNTIME_HOOK_CREATE_CONTAINER,
			 &at->plan->hooks, at->pid, fail);
}

static int write_parameters(struct progress *at, struct stage_failure *fail)
{
	return sysctl_write(&at->plan->sysctls, at->plan->root, fail);
}

static int protect_paths(struct progress *at, struct stage_failure *fail)
{
	return rootfs_protect(at->spec, at->plan->root, at->null_device, fail);
}

static int enter_root(struct progress *at, struct stage_failure *fail)
{
	return rootfs_enter(at->spec, at->plan->root, at->plan->no_pivot, fail);
}

/* One who comes may end before it has said what it came for. */
static int accept_start(int start)
{
	struct control_message message;

	for (;;) {
		int line = accept4(start, NULL, NULL, SOCK_CLOEXEC);

		if (line < 0 && errno != EINTR && errno != ECONNABORTED)
			return -1;
		if (line < 0)
			continue;
		if (control_expect(line, CONTROL_START, &message) == 0)
			return line;
		(void)close(line); /* nobody is there */
	}
}

/* A lock of the creator's would be held until the start, for one thing. */
static void let_go(const struct progress *at)
{
	const struct init_plan *plan = at->plan;
	const int kept[] = { at->label, at->line, plan->start_fd };

	session_close_others(3 + (int)plan->confine.preserved, kept,
			     sizeof(kept) / sizeof(kept[0]));
}

/*
 * create ends here and start goes on, when they are two commands. That there
 * is no such program is for the first to tell.
 */
static int wait_for_start(struct progress *at, struct stage_failure *fail)
{
	int start = at->plan->start_fd;

	if (wait_for_clearance(at, fail) < 0)
		return -1;
	if (start < 0)
		return 0;
	if (confine_check_program(&at->plan->confine, fail) < 0)
		return -1;
	/* whoever creates may end before somebody starts */
	if (session_release_life(fail) < 0)
		return -1;
	let_go(at);
	if (control_send(at->line, CONTROL_READY, 0, -1) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	(void)close(at->line); /* the one to hear of it now comes later */
	at->line = accept_start(start);
	(void)close(start); /* nobody else is to come */
	return at->line < 0 ? stage_fail(fail, STAGE_PARENT, NULL) : 0;
}

static int set_streams(struct progress *at, struct stage_failure *fail)
{
	const struct runtime_process *process = at->plan->confine.process;
	int streams[3];

	for (int i = 0; i < 3; i++) {
		streams[i] = at->plan->stdio[i];
		if (streams[i] < 0)
			streams[i] = at->null_device;
		if (process->terminal)
			streams[i] = at->console.slave;
	}
	if (session_set_streams(streams, process->terminal, process->uid,
				fail) < 0)
		return -1;
	return process->terminal ? session_take_terminal(fail) : 0;
}

static int run_start_hooks(struct progress *at, struct stage_failure *fail)
{
	return hooks_run(at->spec, RUNTIME_HOOK_START_CONTAINER,
			 &at->plan->hooks, at->pid, fail);
}

static int execute(struct progress *at, struct stage_failure *fail)
{
	struct confine_files files = { at->label, at->line };

	return confine_and_execute(&at->plan->confine, &files, fail);
}

static stage_function *const stages[] = {
	begin,
	join_namespaces,
	set_names,
	raise_loopback,
	attach_root,
	mount_all,
	make_devices,
	make_console,
	write_parameters,
	run_create_hooks,
	protect_paths,
	enter_root,
	set_streams,
	wait_for_start,
	run_start_hooks,
	execute,
};

_Noreturn void init_run(const struct init_plan *plan)
{
	struct progress at = {
		.plan = plan,
		.spec = plan->spec,
		.null_device = -1,
		.label = -1,
		.line = plan->control,
		.console = CONSOLE_INIT,
	};
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++)
		if (stages[i](&at, &fail) < 0)
			break;
	control_report(at.line, &fail);
	_exit(127);
}
