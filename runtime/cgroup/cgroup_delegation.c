/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for a group that is this user's. */
#include "runtime/cgroup/cgroup_delegation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "runtime/cgroup/cgroup_host.h"

/* Whether groups can be made in GROUP and processes moved into them. */
static bool is_writable(const char *mount, const char *group)
{
	autofree char *folder = xasprintf("%s%s", mount, group);
	autofree char *members = xasprintf("%s/cgroup.procs", folder);

	return faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) == 0 &&
	       faccessat(AT_FDCWD, members, W_OK, AT_EACCESS) == 0;
}

static bool has_processes(const char *mount, const char *group)
{
	autofree char *members = xasprintf("%s%s/cgroup.procs", mount, group);
	autoclose int fd = open(members, O_RDONLY | O_CLOEXEC);
	char byte;

	return fd < 0 || read(fd, &byte, 1) != 0;
}

bool cgroup_is_delegated(void)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct cgroup_place *core = &host.places[CGROUP_CORE];

	if (cgroup_host_read(&host, &ignored) < 0)
		return false;
	/* without a v2 tree a container needs these (wanted_controllers) */
	if (core->home != CGROUP_HOME_V2)
		core = &host.places[CGROUP_FREEZER];
	return core->mount &&
	       (is_writable(core->mount, "") ||
		(core->own && is_writable(core->mount, core->own)));
}

/* The nearest group at or above OWN that is free of processes, else OWN. */
static char *find_place(const char *mount, const char *own)
{
	autofree char *group = xstrdup(own);
	char *slash;

	while (is_writable(mount, group)) {
		if (!has_processes(mount, group))
			return TAKE_PTR(group);
		/* cppcheck-suppress nullPointer ; what hands it over returns */
		slash = strrchr(group, '/');
		if (!slash || slash == group)
			break;
		*slash = '\0';
	}
	return xstrdup(is_writable(mount, own) ? own : "");
}

char *cgroup_delegated_path(void)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct cgroup_place *core = &host.places[CGROUP_CORE];
	autofree char *found = NULL;

	if (cgroup_host_read(&host, &ignored) < 0 || !core->mount ||
	    !core->own || is_writable(core->mount, ""))
		return xstrdup("");
	found = find_place(core->mount, core->own);
	return xstrdup(found + strspn(found, "/"));
}

static bool has_numbers(const struct cgroup_limits *limits)
{
	const int64_t numbers[] = {
		limits->memory,
		limits->memory_swap,
		limits->memory_reservation,
		limits->swappiness,
		limits->cpu_quota,
		limits->realtime_runtime,
		limits->cpu_idle,
		limits->pids,
		limits->net_class,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (numbers[i] != CGROUP_UNSET)
			return true;
	return false;
}

bool cgroup_has_limits(const struct cgroup_limits *limits)
{
	return has_numbers(limits) || limits->oom_kill_disable ||
	       limits->cpu_shares || limits->cpu_period || limits->cpu_burst ||
	       limits->realtime_period || limits->cpus || limits->mems ||
	       limits->io_weight || limits->throttle_count ||
	       limits->hugetlb.count || limits->rdma.count ||
	       limits->net_priorities.count || limits->unified.count;
}
