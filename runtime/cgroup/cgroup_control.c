/* SPDX-License-Identifier: Apache-2.0 */
/* Freezes, kills and lists, through the files the host has. */
#include "runtime/cgroup/cgroup_control.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_tree.h"

enum {
	TEXT_LIMIT = 4 << 20,
	FREEZE_TIMEOUT_S = 10,
	FREEZE_PAUSE_MS = 2,
	KILL_PASSES = 100, /* a fork bomb may outrun some */
};

static bool is_unified(const struct cgroup *cg)
{
	return cgroup_into_fd(cg) >= 0;
}

/* The number behind KEY in the lines of TEXT ("key value\n"), or FALLBACK. */
static uint64_t keyed(const char *text, const char *key, uint64_t fallback)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line;) {
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return strtoull(line + length + 1, NULL, 10);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return fallback;
}

/* Whether the kernel reports the state asked for by cgroup_freeze. */
static int read_frozen(const struct cgroup *cg, bool *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(TEXT_LIMIT);

	if (is_unified(cg)) {
		if (cgroup_read(cg, CGROUP_CORE, "cgroup.events", &text, err) <
		    0)
			return -1;
		*out = keyed(text.text, "frozen", 0) == 1;
		return 0;
	}
	if (cgroup_read(cg, CGROUP_FREEZER, "freezer.state", &text, err) < 0)
		return -1;
	*out = strncmp(text.text, "FROZEN", 6) == 0;
	return 0;
}

static int write_frozen(const struct cgroup *cg, bool frozen, struct error *err)
{
	if (is_unified(cg))
		return cgroup_write(cg, CGROUP_CORE, "cgroup.freeze",
				    frozen ? "1" : "0", err);
	return cgroup_write(cg, CGROUP_FREEZER, "freezer.state",
			    frozen ? "FROZEN" : "THAWED", err);
}

/*
 * Signal one by one. A process that forks while the list is read can leave a
 * child out, so killing goes round until nothing is left to kill; the freezer
 * holds them still meanwhile where there is one.
 */
static int signal_each(const struct cgroup *cg, int signal, struct error *err)
{
	int passes = signal == SIGKILL ? KILL_PASSES : 1;

	for (int pass = 0; pass < passes; pass++) {
		autofree pid_t *pids = NULL;
		size_t count = 0;

		if (cgroup_processes(cg, &pids, &count, err) < 0)
			return -1;
		if (count == 0)
			return 0;
		for (size_t i = 0; i < count; i++)
			if (pids[i] > 0 && kill(pids[i], signal) < 0 &&
			    errno != ESRCH)
				return error_sys(err, errno,
						 "signal process %d",
						 (int)pids[i]);
		if (passes > 1)
			(void)poll(NULL, 0, 1); /* let them die */
	}
	return 0;
}

int cgroup_freeze(const struct cgroup *cg, bool frozen, struct error *err)
{
	int64_t deadline = clock_monotonic() + FREEZE_TIMEOUT_S * CLOCK_SECOND;
	bool now = !frozen;

	if (write_frozen(cg, frozen, err) < 0)
		return -1;
	while (now != frozen) {
		if (read_frozen(cg, &now, err) < 0)
			return -1;
		if (now == frozen)
			return 0;
		if (clock_monotonic() >= deadline)
			break;
		(void)poll(NULL, 0, FREEZE_PAUSE_MS); /* a pause */
	}
	if (now == frozen)
		return 0;
	if (frozen && write_frozen(cg, false, err) < 0)
		return -1;
	return error_set(err, ERROR_BUSY,
			 "some process did not %s within %d seconds",
			 frozen ? "stop" : "continue", FREEZE_TIMEOUT_S);
}

int cgroup_is_frozen(const struct cgroup *cg, bool *out, struct error *err)
{
	return read_frozen(cg, out, err);
}

int cgroup_kill(const struct cgroup *cg, int signal, struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* cgroup.kill: Linux 5.14; kills frozen processes too */
	if (signal == SIGKILL && is_unified(cg) &&
	    cgroup_write(cg, CGROUP_CORE, "cgroup.kill", "1", &ignored) == 0)
		return 0;
	if (signal == SIGKILL) { /* the frozen die once thawed */
		error_release(&ignored);
		(void)write_frozen(cg, false, &ignored);
	}
	return signal_each(cg, signal, err);
}

int cgroup_processes(const struct cgroup *cg, pid_t **out, size_t *count_out,
		     struct error *err)
{
	autoclose int fd = cgroup_members_fd(cg, err);

	*out = NULL;
	*count_out = 0;
	if (fd < 0 && err->kind != ERROR_NOT_FOUND)
		return -1;
	if (fd < 0) {
		error_release(err); /* as below */
		return 0;
	}
	if (cgroup_tree_processes(fd, out, count_out) == 0)
		return 0;
	/* systemd removes the group of its own accord once it is empty */
	if (errno == ENOENT || errno == ENODEV)
		return 0;
	return error_sys(err, errno, "list the processes of a cgroup");
}
