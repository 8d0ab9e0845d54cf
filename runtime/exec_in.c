/* SPDX-License-Identifier: Apache-2.0 */
/* Joining a running container. */
#include "runtime/exec_in.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "runtime/child.h"
#include "runtime/confine.h"
#include "runtime/console.h"
#include "runtime/control.h"
#include "runtime/namespaces.h"
#include "runtime/rootfs.h"
#include "runtime/session.h"

/* What the child works from. */
struct entry {
	const struct exec_in *request;
	struct confine_plan confine;
	int flags;   /* CLONE_NEW… of the namespaces to join, all but pid */
	int control; /* the child's end of the line */
	char *keyring;
};

static int join_container(const struct entry *entry, struct stage_failure *fail)
{
	/* a pidfd stands for all namespaces of its process at once */
	if (setns(entry->request->target_pidfd, entry->flags) < 0)
		return stage_fail(fail, STAGE_NAMESPACE, "of the container");
	return session_enter(entry->keyring, !entry->request->no_keyring, fail);
}

static int open_console(const struct entry *entry, int root,
			struct console *console, struct stage_failure *fail)
{
	if (console_open(root, entry->request->process, console, fail) < 0)
		return -1;
	if (control_send(entry->control, CONTROL_CONSOLE, 0, console->master) <
	    0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	(void)close(console->master); /* the parent has it now */
	return 0;
}

/* A stream that was not given is the container's own null device. */
static int choose_streams(const struct entry *entry, int root, int streams[3],
			  struct stage_failure *fail)
{
	const struct exec_in *request = entry->request;
	struct console console = CONSOLE_INIT;
	int null_device = -1;

	if (request->process->terminal &&
	    open_console(entry, root, &console, fail) < 0)
		return -1;
	for (int i = 0; i < 3; i++) {
		streams[i] = request->process->terminal ? console.slave
							: request->stdio[i];
		if (streams[i] >= 0)
			continue;
		if (null_device < 0)
			null_device = rootfs_open_null(root);
		if (null_device < 0)
			return stage_fail(fail, STAGE_STDIO, "/dev/null");
		streams[i] = null_device;
	}
	return 0;
}

static int wait_for_parent(const struct entry *entry,
			   struct stage_failure *fail)
{
	struct control_message message;

	if (!entry->request->prepare)
		return 0;
	if (control_expect(entry->control, CONTROL_PREPARED, &message) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	return 0;
}

/*
 * The container sees this process from its birth on, and one that may trace
 * others can go through its descriptors to where they lead (CVE-2016-9962): the
 * store's folders, among others.
 */
static void leave_files(const struct entry *entry)
{
	const struct exec_in *request = entry->request;
	const int kept[] = { entry->control, request->target_pidfd,
			     request->stdio[0], request->stdio[1],
			     request->stdio[2] };

	session_close_others(3 + (int)request->preserved, kept,
			     sizeof(kept) / sizeof(*kept));
}

static int enter(const struct entry *entry, struct stage_failure *fail)
{
	const struct runtime_process *process = entry->request->process;
	struct confine_files files = { -1, entry->control };
	int streams[3];
	int root;

	leave_files(entry);
	if (session_bind_life(fail) < 0 || session_hide(fail) < 0 ||
	    confine_early(&entry->confine, &files.label, fail) < 0 ||
	    join_container(entry, fail) < 0)
		return -1;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return stage_fail(fail, STAGE_ROOT, NULL);
	if (choose_streams(entry, root, streams, fail) < 0 ||
	    session_set_streams(streams, process->terminal, process->uid,
				fail) < 0 ||
	    wait_for_parent(entry, fail) < 0)
		return -1;
	return confine_and_execute(&entry->confine, &files, fail);
}

static _Noreturn void run_entry(const struct entry *entry)
{
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	(void)enter(entry, &fail); /* returns only when it failed */
	control_report(entry->control, &fail);
	_exit(127);
}

/* Every namespace the container has for itself or joined. */
static int flags_to_join(const struct runtime_spec *spec)
{
	int flags = 0;

	for (unsigned i = 1; i < RUNTIME_NAMESPACE_COUNT; i++) {
		enum runtime_namespace_kind kind =
			(enum runtime_namespace_kind)i;

		if (spec->namespaces[i].is_asked &&
		    kind != RUNTIME_NAMESPACE_PID)
			flags |= namespace_flag(kind);
	}
	return flags;
}

static int check_alive(int pidfd, struct error *err)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	if (poll(&poll_fd, 1, 0) < 0)
		return error_sys(err, errno, "look at the container");
	if (poll_fd.revents & POLLNVAL)
		return error_sys(err, EBADF, "look at the container");
	if (poll_fd.revents)
		return error_set(err, ERROR_BUSY, "the container has ended");
	return 0;
}

static int plan_entry(const struct exec_in *request, struct entry *out,
		      struct error *err)
{
	const struct runtime_spec *spec = request->spec;

	out->request = request;
	out->flags = flags_to_join(spec);
	if (request->id)
		out->keyring = xasprintf("_ses.%s", request->id);
	if (confine_plan_make(
		    request->process,
		    spec->namespaces[RUNTIME_NAMESPACE_USER].is_asked ||
			    !userns_is_initial(),
		    &out->confine, err) < 0)
		return -1;
	out->confine.filter = request->filter;
	out->confine.filter_flags = request->filter_flags;
	out->confine.personality = spec->personality;
	out->confine.preserved = request->preserved;
	out->confine.has_listener = request->listen;
	return 0;
}

static void release_entry(struct entry *entry)
{
	confine_plan_release(&entry->confine);
	free(entry->keyring);
	if (entry->control >= 0)
		(void)close(entry->control);
}
DEFINE_CLEANUP(struct entry, release_entry)

static int start(struct entry *entry, struct launched *out, struct error *err)
{
	const struct exec_in *request = entry->request;
	bool has_pid =
		request->spec->namespaces[RUNTIME_NAMESPACE_PID].is_asked;
	struct child_options options = {
		.cgroup_fd = request->cgroup_fd,
		.pid_namespace = has_pid ? request->target_pidfd : -1,
	};

	if (control_open(&out->control_fd, &entry->control, err) < 0)
		return -1;
	if (child_start(&options, &out->pid, &out->pidfd, err) < 0)
		return -1;
	if (!out->pid) {
		/* or it would wait for a parent that was killed */
		(void)close(out->control_fd);
		run_entry(entry);
	}
	(void)close(TAKE_FD(entry->control)); /* the child's copy is its own */
	return 0;
}

static int prepare(const struct exec_in *request, const struct launched *child,
		   struct error *err)
{
	if (!request->prepare)
		return 0;
	if (request->prepare(request->prepare_context, child->pid, err) < 0)
		return -1;
	/* a dead child tells why when its answer is read */
	(void)control_send(child->control_fd, CONTROL_PREPARED, 0, -1);
	return 0;
}

static int answer_listener(void *context, const struct launched *child,
			   int listener, struct error *err)
{
	const struct exec_in *request = context;

	return request->listen(request->prepare_context, child->pid, listener,
			       err);
}

int exec_in_container(const struct exec_in *request, struct launched *out,
		      struct error *err)
{
	autoclean(release_entry) struct entry entry = { .control = -1 };
	struct launched_duty duty = {
		.listen = request->listen ? answer_listener : NULL,
		.context = (void *)(uintptr_t)request,
	};

	*out = (struct launched)LAUNCHED_INIT;
	if (check_alive(request->target_pidfd, err) < 0)
		return -1;
	if (plan_entry(request, &entry, err) < 0)
		return launched_not_program(err);
	if (start(&entry, out, err) < 0) {
		launched_release(out);
		return launched_not_program(err);
	}
	if (prepare(request, out, err) < 0) {
		launched_explain(out, err);
		launched_abandon(out);
		return -1;
	}
	if (launched_follow(out, &duty, err) < 0) {
		launched_abandon(out);
		return -1;
	}
	return 0;
}
