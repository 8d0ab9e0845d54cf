/* SPDX-License-Identifier: Apache-2.0 */
/* Freezes, kills, lists and counts, through the files the host has. */
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

/* The text of a control file, or NULL; the caller frees. */
static char *text_of(const struct cgroup *cg, enum cgroup_controller controller,
		     const char *file)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(TEXT_LIMIT);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (cgroup_read(cg, controller, file, &text, &ignored) < 0)
		return NULL;
	return strbuf_steal(&text);
}

/* A file that holds one number or "max". */
static uint64_t number_of(const struct cgroup *cg,
			  enum cgroup_controller controller, const char *file)
{
	autofree char *text = text_of(cg, controller, file);

	if (!text || *text < '0' || *text > '9')
		return UINT64_MAX;
	return strtoull(text, NULL, 10);
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

static void stats_v1(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *usage = text_of(cg, CGROUP_CPUACCT, "cpuacct.stat");
	autofree char *throttling = text_of(cg, CGROUP_CPU, "cpu.stat");
	autofree char *memory = text_of(cg, CGROUP_MEMORY, "memory.stat");
	autofree char *oom = text_of(cg, CGROUP_MEMORY, "memory.oom_control");
	uint64_t tick = (uint64_t)(CLOCK_SECOND / sysconf(_SC_CLK_TCK));

	out->cpu_total_ns = number_of(cg, CGROUP_CPUACCT, "cpuacct.usage");
	if (usage) {
		out->cpu_user_ns = keyed(usage, "user", 0) * tick;
		out->cpu_system_ns = keyed(usage, "system", 0) * tick;
	}
	out->throttled_periods = keyed(throttling, "nr_throttled", UINT64_MAX);
	out->throttled_ns = keyed(throttling, "throttled_time", UINT64_MAX);
	out->memory_bytes = number_of(cg, CGROUP_MEMORY,
				      "memory.usage_in_bytes");
	out->memory_limit = number_of(cg, CGROUP_MEMORY,
				      "memory.limit_in_bytes");
	out->memory_peak = number_of(cg, CGROUP_MEMORY,
				     "memory.max_usage_in_bytes");
	out->memory_failures = number_of(cg, CGROUP_MEMORY, "memory.failcnt");
	out->memory_cache = keyed(memory, "total_inactive_file", UINT64_MAX);
	out->oom_kills = keyed(oom, "oom_kill", UINT64_MAX);
}

static void stats_v2(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *cpu = text_of(cg, CGROUP_CORE, "cpu.stat");
	autofree char *memory = text_of(cg, CGROUP_MEMORY, "memory.stat");
	autofree char *events = text_of(cg, CGROUP_MEMORY, "memory.events");

	if (cpu) {
		out->cpu_total_ns = keyed(cpu, "usage_usec", 0) * 1000;
		out->cpu_user_ns = keyed(cpu, "user_usec", 0) * 1000;
		out->cpu_system_ns = keyed(cpu, "system_usec", 0) * 1000;
		out->throttled_periods = keyed(cpu, "nr_throttled", 0);
		out->throttled_ns = keyed(cpu, "throttled_usec", 0) * 1000;
	}
	out->memory_bytes = number_of(cg, CGROUP_MEMORY, "memory.current");
	out->memory_limit = number_of(cg, CGROUP_MEMORY, "memory.max");
	out->memory_peak = number_of(cg, CGROUP_MEMORY, "memory.peak");
	out->memory_failures = keyed(events, "max", UINT64_MAX);
	out->memory_cache = keyed(memory, "inactive_file", UINT64_MAX);
	out->oom_kills = keyed(events, "oom_kill", UINT64_MAX);
}

/* Sum "major:minor Word value" lines of a v1 blkio file. */
static uint64_t sum_v1(const char *text, const char *word)
{
	uint64_t sum = 0;
	size_t length = strlen(word);

	for (const char *line = text; line && *line;) {
		const char *field = strchr(line, ' ');

		if (field && strncmp(field + 1, word, length) == 0 &&
		    field[1 + length] == ' ')
			sum += strtoull(field + 2 + length, NULL, 10);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return sum;
}

/* Sum "key=value" of the lines of a v2 io.stat. */
static uint64_t sum_v2(const char *text, const char *key)
{
	uint64_t sum = 0;
	const char *found = text;

	while ((found = strstr(found, key))) {
		found += strlen(key);
		sum += strtoull(found, NULL, 10);
	}
	return sum;
}

static void stats_io(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *bytes = text_of(
		cg, CGROUP_IO, "blkio.throttle.io_service_bytes_recursive");
	autofree char *count = text_of(cg, CGROUP_IO,
				       "blkio.throttle.io_serviced_recursive");
	autofree char *unified = text_of(cg, CGROUP_IO, "io.stat");

	if (bytes) {
		out->io_read_bytes = sum_v1(bytes, "Read");
		out->io_write_bytes = sum_v1(bytes, "Write");
	}
	if (count) {
		out->io_reads = sum_v1(count, "Read");
		out->io_writes = sum_v1(count, "Write");
	}
	if (unified) {
		out->io_read_bytes = sum_v2(unified, " rbytes=");
		out->io_write_bytes = sum_v2(unified, " wbytes=");
		out->io_reads = sum_v2(unified, " rios=");
		out->io_writes = sum_v2(unified, " wios=");
	}
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

	if (fd < 0)
		return -1;
	if (cgroup_tree_processes(fd, out, count_out) < 0)
		return error_sys(err, errno, "list the processes of a cgroup");
	return 0;
}

void cgroup_stats(const struct cgroup *cg, struct cgroup_stats *out)
{
	memset(out, 0xff, sizeof(*out));
	stats_v2(cg, out);
	if (cgroup_mode(cg) != CGROUP_MODE_UNIFIED) {
		struct cgroup_stats v2 = *out;

		stats_v1(cg, out);
		if (out->cpu_total_ns == UINT64_MAX) { /* the tree counts CPU */
			out->cpu_total_ns = v2.cpu_total_ns;
			out->cpu_user_ns = v2.cpu_user_ns;
			out->cpu_system_ns = v2.cpu_system_ns;
		}
	}
	stats_io(cg, out);
	out->pids = number_of(cg, CGROUP_PIDS, "pids.current");
	out->pids_limit = number_of(cg, CGROUP_PIDS, "pids.max");
}

bool cgroup_has_oom_killed(const struct cgroup *cg)
{
	bool is_v2 = cgroup_mode(cg) == CGROUP_MODE_UNIFIED;
	autofree char *text = text_of(cg, CGROUP_MEMORY,
				      is_v2 ? "memory.events"
					    : "memory.oom_control");

	return text && keyed(text, "oom_kill", 0) > 0;
}
