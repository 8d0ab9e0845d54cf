/* SPDX-License-Identifier: Apache-2.0 */
/* Walks, makes and removes group directories by descriptor. */
#include "runtime/cgroup/cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"

enum {
	CONTROL_FILE_LIMIT = 1 << 20,
	PROCESSES_MAX = 1 << 20,
	DEPTH_MAX = 64,	    /* groups a container may nest and we remove */
	PAUSE_FIRST_MS = 1, /* between attempts to remove */
	PAUSE_LAST_MS = 50,
};

/*
 * A new v1 cpuset is empty and takes no process until it has CPUs and memory
 * nodes: inherit the parent's, at every level that was made.
 */
static void inherit_cpuset(int parent, int child)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };

	for (size_t i = 0; i < 2; i++) {
		autoclean(strbuf_release) struct strbuf own =
			STRBUF_LIMIT(CONTROL_FILE_LIMIT);
		autoclean(strbuf_release) struct strbuf inherited =
			STRBUF_LIMIT(CONTROL_FILE_LIMIT);
		autoclean(error_release) struct error ignored = ERROR_INIT;

		if (fs_read_file(child, files[i], CONTROL_FILE_LIMIT, &own,
				 &ignored) < 0 ||
		    own.text[strspn(own.text, " \n")])
			continue;
		if (fs_read_file(parent, files[i], CONTROL_FILE_LIMIT,
				 &inherited, &ignored) < 0)
			continue;
		/* a failure shows when the first process is added */
		(void)cgroup_tree_write(child, files[i], inherited.text);
	}
}

/*
 * A new v1 cpu group has no real-time budget and can give none: before a group
 * inside it gets some, it takes its parent's. The kernel only sees to it that
 * the groups inside do not share out more than that.
 */
static void inherit_realtime(int parent, int child)
{
	static const char file[] = "cpu.rt_runtime_us";
	autoclean(strbuf_release) struct strbuf own =
		STRBUF_LIMIT(CONTROL_FILE_LIMIT);
	autoclean(strbuf_release) struct strbuf inherited =
		STRBUF_LIMIT(CONTROL_FILE_LIMIT);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (fs_read_file(child, file, CONTROL_FILE_LIMIT, &own, &ignored) < 0 ||
	    strcmp(own.text, "0\n") != 0 ||
	    fs_read_file(parent, file, CONTROL_FILE_LIMIT, &inherited,
			 &ignored) < 0)
		return;
	/* a refusal shows when the limit itself is written */
	(void)cgroup_tree_write(child, file, inherited.text);
}

/* "cpu" is what a v2 subtree_control calls what v1 calls "cpu", and so on. */
static const char *unified_name(enum cgroup_controller controller)
{
	return controller == CGROUP_IO ? "io"
				       : cgroup_controller_name(controller);
}

/*
 * Let the children of the v2 group PARENT have the controllers in the bit set
 * WANTED. What is already there is not written again: a write takes the
 * kernel's global lock. A refusal shows when the limit's file is missing.
 */
static void enable_controllers(int parent, unsigned wanted)
{
	autoclean(strbuf_release) struct strbuf enabled =
		STRBUF_LIMIT(CONTROL_FILE_LIMIT);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (fs_read_file(parent, "cgroup.subtree_control", CONTROL_FILE_LIMIT,
			 &enabled, &ignored) < 0)
		return;
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		const char *name = unified_name((enum cgroup_controller)i);
		size_t length = strlen(name);
		const char *found = enabled.text;
		char value[32];

		if (!(wanted & (1U << i)))
			continue;
		while ((found = strstr(found, name)) &&
		       !((found == enabled.text || found[-1] == ' ') &&
			 strchr(" \n", found[length])))
			found += length;
		if (found)
			continue;
		(void)snprintf(value, sizeof(value), "+%s", name);
		(void)cgroup_tree_write(parent, "cgroup.subtree_control",
					value);
	}
}

static int remove_group(int parent, const char *name, int depth);

/* Remove the groups inside PARENT, deepest first. */
static int remove_inner(int parent, int depth)
{
	DIR *dir;
	struct dirent *entry;
	int fd = openat(parent, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	int result = 0;

	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			(void)close(fd); /* directory */
		return -1;
	}
	while (result == 0 && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			result = remove_group(parent, entry->d_name, depth + 1);
	(void)closedir(dir); /* read side */
	return result;
}

static int remove_group(int parent, const char *name, int depth)
{
	autoclose int fd = -1;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -1;
	if (depth >= DEPTH_MAX) {
		errno = ELOOP;
		return -1;
	}
	fd = openat(parent, name, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (remove_inner(fd, depth) < 0)
		return -1;
	return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT
		       ? 0
		       : -1;
}

struct process_list {
	pid_t *pids;
	size_t count;
};

static void add_processes(struct process_list *list, const char *text)
{
	while (*text && list->count < PROCESSES_MAX) {
		char *end;
		long pid = strtol(text, &end, 10);

		if (end == text)
			return;
		list->pids = xreallocarray(list->pids, list->count + 1,
					   sizeof(*list->pids));
		list->pids[list->count++] = (pid_t)pid;
		text = *end ? end + 1 : end;
	}
}

/* What is said of a group that was there when it was opened. */
static bool is_removed(int sys)
{
	return sys == ENODEV || sys == ENOENT;
}

static int list_group(int directory, int depth, struct process_list *list);

/* List the groups inside DIRECTORY; one that goes meanwhile is no matter. */
static int list_inner(int directory, int depth, struct process_list *list)
{
	int fd = openat(directory, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int result = 0;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd); /* directory */
		return is_removed(errno) && depth ? 0 : -1;
	}
	while (result == 0 && depth < DEPTH_MAX && (entry = readdir(dir))) {
		autoclose int inner = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		inner = openat(directory, entry->d_name,
			       O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		if (inner >= 0)
			result = list_group(inner, depth + 1, list);
	}
	(void)closedir(dir); /* read side */
	return result;
}

static int list_group(int directory, int depth, struct process_list *list)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (fs_read_file(directory, "cgroup.procs", text.limit, &text, &err) <
	    0) {
		errno = err.sys ? err.sys : EIO;
		return is_removed(errno) && depth ? 0 : -1;
	}
	add_processes(list, text.text);
	return list_inner(directory, depth, list);
}

int cgroup_tree_processes(int directory, pid_t **out, size_t *count_out)
{
	struct process_list list = { NULL, 0 };

	if (list_group(directory, 0, &list) < 0) {
		free(list.pids);
		return -1;
	}
	*out = list.pids;
	*count_out = list.count;
	return 0;
}

int cgroup_tree_write(int directory, const char *file, const char *value)
{
	autoclose int fd = openat(directory, file, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(value);

	if (fd < 0)
		return -1;
	/* control files take a value in one write or not at all */
	return write(fd, value, length) == (ssize_t)length ? 0 : -1;
}

int cgroup_tree_make(const struct cgroup_tree_chain *chain, const char *path,
		     bool *made_out)
{
	autofree char *copy = xstrdup(path);
	autoclose int current = fcntl(chain->top, F_DUPFD_CLOEXEC, 3);
	char *save = NULL;

	for (char *name = strtok_r(copy, "/", &save); name;
	     name = strtok_r(NULL, "/", &save)) {
		autoclose int parent = TAKE_FD(current);
		int flags = O_DIRECTORY | O_RDONLY | O_NOFOLLOW | O_CLOEXEC;

		if (parent < 0)
			return -1;
		if (chain->is_v2 && chain->controllers)
			enable_controllers(parent, chain->controllers);
		*made_out = mkdirat(parent, name, 0755) == 0;
		if (!*made_out && errno != EEXIST)
			return -1;
		current = openat(parent, name, flags);
		if (current < 0)
			return -1;
		if (chain->is_cpuset)
			inherit_cpuset(parent, current);
		if (chain->is_realtime && save && *save)
			inherit_realtime(parent, current);
	}
	return TAKE_FD(current);
}

/*
 * rmdir answers EBUSY while a process, even a zombie about to be reaped, is
 * left. Ask again soon at first, then at longer intervals.
 */
int cgroup_tree_remove(const char *path, int64_t deadline)
{
	int pause_ms = PAUSE_FIRST_MS;

	while (remove_group(AT_FDCWD, path, 0) < 0) {
		if (errno != EBUSY)
			return -1;
		if (clock_monotonic() >= deadline) {
			errno = EBUSY;
			return -1;
		}
		(void)poll(NULL, 0, pause_ms); /* a pause, nothing to see */
		pause_ms = pause_ms * 2 < PAUSE_LAST_MS ? pause_ms * 2
							: PAUSE_LAST_MS;
	}
	return 0;
}
