/* SPDX-License-Identifier: Apache-2.0 */
/* From groups and processes to the columns of `stats`. */
#include "runtime/engine/container_use.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "runtime/cgroup/cgroup_stats.h"
#include "runtime/engine/container_pids.h"

enum { USE_FILE_MAX = 1 << 20 };

/* A file of process PID; "" when it is gone. */
static void read_proc(pid_t pid, const char *name, struct strbuf *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char path[64];

	strbuf_truncate(out, 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	if (fs_read_file(AT_FDCWD, path, USE_FILE_MAX, out, &ignored) < 0)
		error_release(&ignored);
}

/* The number behind KEY at the start of a line of TEXT; 0: there is none. */
static uint64_t number_of(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

void container_use_parse_network(const char *text, uint64_t *received_out,
				 uint64_t *sent_out)
{
	*received_out = *sent_out = 0;
	while (*text) {
		char name[32];
		uint64_t received;
		uint64_t sent;
		const char *end = strchr(text, '\n');

		/* name: bytes and seven more, then the same for sending */
		if (sscanf(text,
			   " %31[^: \n]: %" SCNu64
			   " %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
			   name, &received, &sent) == 3 &&
		    strcmp(name, "lo") != 0) {
			*received_out += received;
			*sent_out += sent;
		}
		text = end ? end + 1 : text + strlen(text);
	}
}

static uint64_t machine_memory(void)
{
	struct sysinfo info;

	return sysinfo(&info) < 0 ? 0 : (uint64_t)info.totalram * info.mem_unit;
}

static bool is_counted(uint64_t number)
{
	return number != CGROUP_NO_NUMBER;
}

/* What processes say of themselves, for what no group counts. */
struct own_count {
	uint64_t memory, cpu, read, written;
	size_t pids;
};

static uint64_t ticks_of(const char *stat)
{
	const char *at = strrchr(stat, ')');
	uint64_t user = 0;
	uint64_t kernel = 0;
	long tick = sysconf(_SC_CLK_TCK);

	if (!at || sscanf(at + 1,
			  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			  "%" SCNu64 " %" SCNu64,
			  &user, &kernel) != 2)
		return 0;
	return (user + kernel) * (uint64_t)(CLOCK_SECOND / tick);
}

static void count_processes(const struct container_state *state,
			    struct own_count *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(USE_FILE_MAX);
	autofree pid_t *pids = NULL;
	size_t count = 0;

	*out = (struct own_count){ 0 };
	if (container_pids(state, &pids, &count, &ignored) < 0)
		return;
	out->pids = count;
	for (size_t i = 0; i < count; i++) {
		read_proc(pids[i], "smaps_rollup", &text);
		out->memory += number_of(text.text, "\nPss:") << 10;
		read_proc(pids[i], "io", &text);
		out->read += number_of(text.text, "\nread_bytes: ");
		out->written += number_of(text.text, "\nwrite_bytes: ");
		read_proc(pids[i], "stat", &text);
		out->cpu += ticks_of(text.text);
	}
}

static void read_group(const struct container_state *state,
		       struct cgroup_stats *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (cgroup_open(state->cgroup, &group, &ignored) == 0)
		cgroup_stats_read(group, out);
}

static void take_counted(const struct cgroup_stats *stats,
			 struct container_use *out)
{
	if (is_counted(stats->cpu_total_ns))
		out->cpu = stats->cpu_total_ns;
	if (is_counted(stats->memory.now) && stats->memory.now)
		out->memory = cgroup_stats_memory(stats);
	if (is_counted(stats->pids) && stats->pids)
		out->pids = stats->pids;
	if (stats->memory.limit != CGROUP_NO_LIMIT &&
	    is_counted(stats->memory.limit) &&
	    stats->memory.limit < out->memory_limit)
		out->memory_limit = stats->memory.limit;
	if (stats->device_count)
		cgroup_stats_io(stats, &out->read, &out->written);
}

void container_use_read(const struct container_state *state,
			struct container_use *out)
{
	autoclean(cgroup_stats_release) struct cgroup_stats stats = { 0 };
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(USE_FILE_MAX);
	struct own_count own;

	*out = (struct container_use){ .at = clock_monotonic() };
	if (!state->pid)
		return;
	count_processes(state, &own);
	out->cpu = own.cpu;
	out->memory = own.memory;
	out->read = own.read;
	out->written = own.written;
	out->pids = own.pids;
	out->memory_limit = machine_memory();
	if (state->cgroup) {
		stats.cpu_total_ns = CGROUP_NO_NUMBER;
		stats.memory.now = stats.memory.limit = CGROUP_NO_NUMBER;
		stats.pids = CGROUP_NO_NUMBER;
		read_group(state, &stats);
		take_counted(&stats, out);
	}
	read_proc(state->pid, "net/dev", &text);
	container_use_parse_network(text.text, &out->received, &out->sent);
}
