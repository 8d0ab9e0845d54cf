/* SPDX-License-Identifier: Apache-2.0 */
/* Making and joining namespaces. */
#include "runtime/namespaces.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const int flags[RUNTIME_NAMESPACE_COUNT] = {
	[RUNTIME_NAMESPACE_MOUNT] = CLONE_NEWNS,
	[RUNTIME_NAMESPACE_PID] = CLONE_NEWPID,
	[RUNTIME_NAMESPACE_NETWORK] = CLONE_NEWNET,
	[RUNTIME_NAMESPACE_IPC] = CLONE_NEWIPC,
	[RUNTIME_NAMESPACE_UTS] = CLONE_NEWUTS,
	[RUNTIME_NAMESPACE_USER] = CLONE_NEWUSER,
	[RUNTIME_NAMESPACE_CGROUP] = CLONE_NEWCGROUP,
	[RUNTIME_NAMESPACE_TIME] = CLONE_NEWTIME,
};

int namespace_flag(enum runtime_namespace_kind kind)
{
	return flags[kind];
}

bool namespace_is_new(const struct runtime_spec *spec,
		      enum runtime_namespace_kind kind)
{
	return spec->namespaces[kind].is_asked && !spec->namespaces[kind].path;
}

static int open_namespace(enum runtime_namespace_kind kind, const char *path,
			  int *out, struct error *err)
{
	const char *name = runtime_namespace_name(kind);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return error_sys(err, errno, "open %s namespace %s", name,
				 path);
	if (ioctl(fd, NS_GET_NSTYPE) != flags[kind])
		return error_set(err, ERROR_INVALID, "%s is not a %s namespace",
				 path, name);
	*out = TAKE_FD(fd);
	return 0;
}

static void plan_offsets(const struct runtime_spec *spec,
			 struct namespace_plan *out)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (spec->monotonic.is_set)
		strbuf_addf(&text, "monotonic %lld %u\n",
			    (long long)spec->monotonic.seconds,
			    spec->monotonic.nanoseconds);
	if (spec->boottime.is_set)
		strbuf_addf(&text, "boottime %lld %u\n",
			    (long long)spec->boottime.seconds,
			    spec->boottime.nanoseconds);
	if (text.length)
		out->time_offsets = strbuf_steal(&text);
}

static int take_network(const struct runtime_spec *spec, int network_fd,
			struct namespace_plan *out, struct error *err)
{
	const enum runtime_namespace_kind kind = RUNTIME_NAMESPACE_NETWORK;

	if (network_fd < 0 || !namespace_is_new(spec, kind) ||
	    spec->namespaces[RUNTIME_NAMESPACE_USER].is_asked)
		return 0;
	out->joined[kind] = fcntl(network_fd, F_DUPFD_CLOEXEC, 3);
	if (out->joined[kind] < 0)
		return error_sys(err, errno, "keep the network namespace");
	out->clone_flags &= ~(unsigned)flags[kind];
	return 0;
}

int namespaces_plan(const struct runtime_spec *spec, int network_fd,
		    struct namespace_plan *out, struct error *err)
{
	*out = (struct namespace_plan){ 0 };
	for (unsigned i = 0; i < RUNTIME_NAMESPACE_COUNT; i++)
		out->joined[i] = -1;
	if (!namespace_is_new(spec, RUNTIME_NAMESPACE_MOUNT))
		return error_set(err, ERROR_UNSUPPORTED,
				 "a container needs a new mount namespace");
	for (unsigned i = 1; i < RUNTIME_NAMESPACE_COUNT; i++) {
		const struct runtime_namespace *space = &spec->namespaces[i];

		if (space->is_asked && space->path &&
		    open_namespace((enum runtime_namespace_kind)i, space->path,
				   &out->joined[i], err) < 0)
			return -1;
		if (space->is_asked && !space->path)
			out->clone_flags |= (unsigned)flags[i];
	}
	out->makes_cgroup = out->clone_flags & CLONE_NEWCGROUP;
	out->makes_time = out->clone_flags & CLONE_NEWTIME;
	out->clone_flags &= ~(unsigned)(CLONE_NEWCGROUP | CLONE_NEWTIME);
	plan_offsets(spec, out);
	return take_network(spec, network_fd, out, err);
}

int namespaces_join(const struct namespace_plan *plan,
		    struct stage_failure *fail)
{
	static const enum runtime_namespace_kind order[] = {
		RUNTIME_NAMESPACE_NETWORK, RUNTIME_NAMESPACE_IPC,
		RUNTIME_NAMESPACE_UTS,	   RUNTIME_NAMESPACE_TIME,
		RUNTIME_NAMESPACE_CGROUP,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		enum runtime_namespace_kind kind = order[i];

		if (plan->joined[kind] < 0)
			continue;
		if (setns(plan->joined[kind], flags[kind]) < 0)
			return stage_fail(fail, STAGE_NAMESPACE,
					  runtime_namespace_name(kind));
	}
	return 0;
}

static int write_offsets(const char *text)
{
	autoclose int fd = open("/proc/self/timens_offsets",
				O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

/* unshare(2) is for children; only entering by setns is for ourselves. */
int namespaces_enter_time(const struct namespace_plan *plan,
			  struct stage_failure *fail)
{
	const char *name = runtime_namespace_name(RUNTIME_NAMESPACE_TIME);
	autoclose int fd = -1;

	if (unshare(CLONE_NEWTIME) < 0 ||
	    (plan->time_offsets && write_offsets(plan->time_offsets) < 0))
		return stage_fail(fail, STAGE_NAMESPACE, name);
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWTIME) < 0)
		return stage_fail(fail, STAGE_NAMESPACE, name);
	return 0;
}

void namespace_plan_release(struct namespace_plan *plan)
{
	for (unsigned i = 0; i < RUNTIME_NAMESPACE_COUNT; i++)
		if (plan->joined[i] > 0)
			(void)close(plan->joined[i]);
	free(plan->time_offsets);
	*plan = (struct namespace_plan){ 0 };
}
