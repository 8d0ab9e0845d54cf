/* SPDX-License-Identifier: Apache-2.0 */
/* By group, or by namespace. */
#include "runtime/engine/container_pids.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "runtime/cgroup/cgroup_control.h"

/* The inode of the namespace that process NAME is in; 0 when it is gone. */
static ino_t namespace_of(const char *name)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%.16s/ns/pid", name);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void add(pid_t pid, pid_t **list, size_t *count)
{
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = pid;
}

static int in_namespace(pid_t first, pid_t **out, size_t *count_out,
			struct error *err)
{
	char name[16];
	ino_t wanted;
	DIR *proc;
	const struct dirent *entry;

	*out = NULL;
	*count_out = 0;
	(void)snprintf(name, sizeof(name), "%d", (int)first);
	wanted = namespace_of(name);
	if (!wanted)
		return error_set(err, ERROR_BUSY,
				 "the container has just ended");
	if (wanted == namespace_of("self")) {
		add(first, out, count_out);
		return 0;
	}
	proc = opendir("/proc");
	if (!proc)
		return error_sys(err, errno, "list processes");
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    namespace_of(entry->d_name) == wanted)
			add((pid_t)strtol(entry->d_name, NULL, 10), out,
			    count_out);
	}
	(void)closedir(proc); /* only read */
	return 0;
}

int container_pids(const struct container_state *state, pid_t **out,
		   size_t *count_out, struct error *err)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (!state->pid)
		return error_set(err, ERROR_BUSY, "it is not running");
	if (!state->cgroup)
		return in_namespace(state->pid, out, count_out, err);
	if (cgroup_open(state->cgroup, &group, err) < 0)
		return -1;
	return cgroup_processes(group, out, count_out, err);
}
