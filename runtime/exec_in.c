/* SPDX-License-Identifier: Apache-2.0 */
/* Joining a running container. */
#include "runtime/exec_in.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "runtime/child.h"
#include "runtime/confine.h"
#include "runtime/control.h"
#include "runtime/exec_entry.h"
#include "runtime/namespaces.h"

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

/*
 * The group as a mount of its own: the process that is born into it holds it
 * for a moment, and from a folder of the host's mount all of the host is in
 * reach. This one ends at the group, and nobody writes through it.
 */
static int open_group(int cgroup_fd, int *out, struct error *err)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };

	if (cgroup_fd < 0)
		return 0;
	*out = open_tree(cgroup_fd, "",
			 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (*out < 0 || mount_setattr(*out, "", AT_EMPTY_PATH, &readonly,
				      sizeof(readonly)) < 0)
		return error_sys(err, errno, "open the container's group");
	return 0;
}

static int plan_confinement(const struct exec_in *request,
			    struct confine_plan *out, struct error *err)
{
	const struct runtime_spec *spec = request->spec;

	if (confine_plan_make(
		    request->process,
		    spec->namespaces[RUNTIME_NAMESPACE_USER].is_asked ||
			    !userns_is_initial(),
		    out, err) < 0)
		return -1;
	out->filter = request->filter;
	out->filter_flags = request->filter_flags;
	out->personality = spec->personality;
	out->memory_policy = spec->memory_policy;
	out->preserved = request->preserved;
	out->has_listener = request->listen;
	return 0;
}

static int plan_entry(const struct exec_in *request, struct exec_entry *out,
		      struct error *err)
{
	out->target_pidfd = request->target_pidfd;
	out->flags = flags_to_join(request->spec);
	memcpy(out->stdio, request->stdio, sizeof(out->stdio));
	out->joins_keyring = !request->no_keyring;
	out->waits_for_parent = request->prepare;
	if (request->id)
		out->keyring = xasprintf("_ses.%s", request->id);
	if (plan_confinement(request, &out->confine, err) < 0)
		return -1;
	if (!request->spec->namespaces[RUNTIME_NAMESPACE_PID].is_asked)
		return 0;
	out->is_born = true;
	return open_group(request->cgroup_fd, &out->cgroup_fd, err);
}

static void release_entry(struct exec_entry *entry)
{
	confine_plan_release(&entry->confine);
	free(entry->keyring);
	cleanup_close(&entry->control);
	cleanup_close(&entry->cgroup_fd);
}
DEFINE_CLEANUP(struct exec_entry, release_entry)

/* One goes outside, and is gone; the one it bears is our child. */
static int send_outside(struct exec_entry *entry, struct launched *out,
			struct error *err)
{
	static const struct launched_duty none = { NULL, NULL, NULL };

	if (child_lend(exec_entry_run, entry, err) < 0)
		return -1;
	(void)close(TAKE_FD(entry->control)); /* the child's copy is its own */
	if (!entry->born) {
		if (launched_follow(out, &none, err) < 0)
			return -1;
		return error_set(err, ERROR_SYSTEM,
				 "the process for the container was killed");
	}
	out->pid = entry->born;
	out->pidfd = (int)syscall(SYS_pidfd_open, out->pid, 0);
	if (out->pidfd >= 0)
		return 0;
	(void)error_sys(err, errno, "open process %d", (int)out->pid);
	child_kill(out->pid, -1);
	return -1;
}

static int start(const struct exec_in *request, struct exec_entry *entry,
		 struct launched *out, struct error *err)
{
	struct child_options options = {
		.cgroup_fd = request->cgroup_fd,
		.user_namespace = -1,
		.pid_namespace = -1,
	};

	if (control_open(&out->control_fd, &entry->control, err) < 0)
		return -1;
	if (entry->is_born)
		return send_outside(entry, out, err);
	if (child_start(&options, &out->pid, &out->pidfd, err) < 0)
		return -1;
	if (!out->pid) {
		/* or it would wait for a parent that was killed */
		(void)close(out->control_fd);
		_exit(exec_entry_run(entry));
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
	autoclean(release_entry) struct exec_entry entry = {
		.control = -1,
		.cgroup_fd = -1,
	};
	struct launched_duty duty = {
		.listen = request->listen ? answer_listener : NULL,
		.context = (void *)(uintptr_t)request,
	};

	*out = (struct launched)LAUNCHED_INIT;
	if (check_alive(request->target_pidfd, err) < 0)
		return -1;
	if (plan_entry(request, &entry, err) < 0)
		return launched_not_program(err);
	if (start(request, &entry, out, err) < 0) {
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
