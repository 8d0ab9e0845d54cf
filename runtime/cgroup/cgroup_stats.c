/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the counters of a group. Their files (Documentation/admin-guide:
 * cgroup-v1/, cgroup-v2.rst) are of four shapes: a number, "key value" lines,
 * "major:minor Word value" lines (v1 blkio), and "major:minor key=value …"
 * lines (v2 io.stat).
 */
#include "runtime/cgroup/cgroup_stats.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strbuf.h"

enum {
	TEXT_LIMIT = 4 << 20,
	DEVICES_MAX = 4096,
	CPUS_MAX = 8192,
};

/* A v1 counter says "no limit" with all pages the kernel can count. */
#define V1_UNLIMITED UINT64_C(0x7ffffffffffff000)

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

/* A file that holds one number, or "max" for none. */
static uint64_t number_of(const struct cgroup *cg,
			  enum cgroup_controller controller, const char *file)
{
	autofree char *text = text_of(cg, controller, file);
	uint64_t number;

	if (!text)
		return CGROUP_NO_NUMBER;
	if (strncmp(text, "max", 3) == 0)
		return CGROUP_NO_LIMIT;
	if (*text < '0' || *text > '9')
		return CGROUP_NO_NUMBER;
	number = strtoull(text, NULL, 10);
	return number >= V1_UNLIMITED ? CGROUP_NO_LIMIT : number;
}

/* The number behind KEY in the lines of TEXT ("key value\n"), if any. */
static uint64_t keyed(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line;) {
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return strtoull(line + length + 1, NULL, 10);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return CGROUP_NO_NUMBER;
}

static uint64_t times(uint64_t number, uint64_t factor)
{
	return number == CGROUP_NO_NUMBER ? number : number * factor;
}

static void read_each_cpu(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *text = text_of(cg, CGROUP_CPUACCT,
				      "cpuacct.usage_percpu");
	char *at = text;
	char *end;

	while (at && out->cpu_count < CPUS_MAX) {
		uint64_t number = strtoull(at, &end, 10);

		if (end == at)
			return;
		out->cpu_each_ns = xreallocarray(out->cpu_each_ns,
						 out->cpu_count + 1,
						 sizeof(*out->cpu_each_ns));
		out->cpu_each_ns[out->cpu_count++] = number;
		at = end;
	}
}

static void read_cpu_v1(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *usage = text_of(cg, CGROUP_CPUACCT, "cpuacct.stat");
	autofree char *throttling = text_of(cg, CGROUP_CPU, "cpu.stat");
	uint64_t tick = (uint64_t)(CLOCK_SECOND / sysconf(_SC_CLK_TCK));

	if (usage) {
		out->cpu_total_ns = number_of(cg, CGROUP_CPUACCT,
					      "cpuacct.usage");
		out->cpu_user_ns = times(keyed(usage, "user"), tick);
		out->cpu_system_ns = times(keyed(usage, "system"), tick);
		read_each_cpu(cg, out);
	}
	if (throttling) {
		out->periods = keyed(throttling, "nr_periods");
		out->throttled_periods = keyed(throttling, "nr_throttled");
		out->throttled_ns = keyed(throttling, "throttled_time");
	}
}

/* The v2 tree counts CPU time with or without the controller. */
static void read_cpu_v2(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *text = text_of(cg, CGROUP_CORE, "cpu.stat");

	out->cpu_total_ns = times(keyed(text, "usage_usec"), 1000);
	out->cpu_user_ns = times(keyed(text, "user_usec"), 1000);
	out->cpu_system_ns = times(keyed(text, "system_usec"), 1000);
	out->periods = keyed(text, "nr_periods");
	out->throttled_periods = keyed(text, "nr_throttled");
	out->throttled_ns = times(keyed(text, "throttled_usec"), 1000);
}

static void read_counter_v1(const struct cgroup *cg, const char *prefix,
			    struct cgroup_use *out)
{
	autofree char *now = xasprintf("%s.usage_in_bytes", prefix);
	autofree char *peak = xasprintf("%s.max_usage_in_bytes", prefix);
	autofree char *limit = xasprintf("%s.limit_in_bytes", prefix);
	autofree char *failures = xasprintf("%s.failcnt", prefix);

	out->now = number_of(cg, CGROUP_MEMORY, now);
	out->peak = number_of(cg, CGROUP_MEMORY, peak);
	out->limit = number_of(cg, CGROUP_MEMORY, limit);
	out->failures = number_of(cg, CGROUP_MEMORY, failures);
}

static void read_memory_v1(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *oom = text_of(cg, CGROUP_MEMORY, "memory.oom_control");

	read_counter_v1(cg, "memory", &out->memory);
	read_counter_v1(cg, "memory.memsw", &out->swap);
	read_counter_v1(cg, "memory.kmem", &out->kernel_memory);
	read_counter_v1(cg, "memory.kmem.tcp", &out->kernel_tcp);
	out->memory_lines = text_of(cg, CGROUP_MEMORY, "memory.stat");
	out->memory_cache = keyed(out->memory_lines, "total_cache");
	out->memory_inactive = keyed(out->memory_lines, "total_inactive_file");
	out->oom_kills = keyed(oom, "oom_kill");
}

static uint64_t sum_of(uint64_t one, uint64_t other)
{
	if (one >= CGROUP_NO_LIMIT)
		return one;
	return other >= CGROUP_NO_LIMIT ? other : one + other;
}

static void read_memory_v2(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *events = text_of(cg, CGROUP_MEMORY, "memory.events");
	struct cgroup_use *memory = &out->memory;

	memory->now = number_of(cg, CGROUP_MEMORY, "memory.current");
	memory->limit = number_of(cg, CGROUP_MEMORY, "memory.max");
	memory->peak = number_of(cg, CGROUP_MEMORY, "memory.peak");
	memory->failures = keyed(events, "max");
	out->swap.now = sum_of(memory->now, number_of(cg, CGROUP_MEMORY,
						      "memory.swap.current"));
	out->swap.limit = sum_of(
		memory->limit, number_of(cg, CGROUP_MEMORY, "memory.swap.max"));
	out->memory_lines = text_of(cg, CGROUP_MEMORY, "memory.stat");
	out->memory_cache = keyed(out->memory_lines, "file");
	out->memory_inactive = keyed(out->memory_lines, "inactive_file");
	out->oom_kills = keyed(events, "oom_kill");
}

/* The entry of a device, made when it is new; NULL beyond the ceiling. */
static struct cgroup_device_io *device_of(struct cgroup_stats *stats,
					  unsigned major, unsigned minor)
{
	struct cgroup_device_io *device;

	for (size_t i = 0; i < stats->device_count; i++) {
		device = &stats->devices[i];
		if (device->major == major && device->minor == minor)
			return device;
	}
	if (stats->device_count == DEVICES_MAX)
		return NULL;
	stats->devices = xreallocarray(stats->devices, stats->device_count + 1,
				       sizeof(*stats->devices));
	device = &stats->devices[stats->device_count++];
	*device = (struct cgroup_device_io){ .major = major, .minor = minor };
	return device;
}

/* "8:0 " at *LINE, which is moved behind it. */
static struct cgroup_device_io *read_device(const char **line,
					    struct cgroup_stats *stats)
{
	char *end;
	unsigned long major = strtoul(*line, &end, 10);
	unsigned long minor;

	if (end == *line || *end != ':')
		return NULL;
	*line = end + 1;
	minor = strtoul(*line, &end, 10);
	if (end == *line || *end != ' ')
		return NULL;
	*line = end + 1;
	return device_of(stats, (unsigned)major, (unsigned)minor);
}

/* The words of both versions, and what they count. */
static const struct {
	const char *v1;
	size_t v1_bytes, v1_count; /* offset in a device's entry */
	const char *v2;
	size_t v2_value;
} words[] = {
#define AT(member) offsetof(struct cgroup_device_io, member)
	{ "Read ", AT(read_bytes), AT(reads), "rbytes=", AT(read_bytes) },
	{ "Write ", AT(write_bytes), AT(writes), "wbytes=", AT(write_bytes) },
	{ "Discard ", AT(discard_bytes), AT(discards),
	  "dbytes=", AT(discard_bytes) },
	{ NULL, 0, 0, "rios=", AT(reads) },
	{ NULL, 0, 0, "wios=", AT(writes) },
	{ NULL, 0, 0, "dios=", AT(discards) },
#undef AT
};

static void set_value(struct cgroup_device_io *device, size_t offset,
		      const char *text)
{
	*(uint64_t *)(void *)((char *)device + offset) = strtoull(text, NULL,
								  10);
}

void cgroup_stats_parse_blkio(const char *text, bool is_bytes,
			      struct cgroup_stats *stats)
{
	for (const char *line = text; *line;) {
		struct cgroup_device_io *device = read_device(&line, stats);

		for (size_t i = 0; device && i < 3; i++) {
			size_t length = strlen(words[i].v1);

			if (strncmp(line, words[i].v1, length) == 0)
				set_value(device,
					  is_bytes ? words[i].v1_bytes
						   : words[i].v1_count,
					  line + length);
		}
		line = strchrnul(line, '\n');
		line += *line == '\n';
	}
}

void cgroup_stats_parse_io(const char *text, struct cgroup_stats *stats)
{
	for (const char *line = text; *line;) {
		struct cgroup_device_io *device = read_device(&line, stats);

		while (device && *line && *line != '\n') {
			for (size_t i = 0; i < sizeof(words) / sizeof(words[0]);
			     i++) {
				size_t length = strlen(words[i].v2);

				if (strncmp(line, words[i].v2, length) == 0)
					set_value(device, words[i].v2_value,
						  line + length);
			}
			line += strcspn(line, " \n");
			line += *line == ' ';
		}
		line = strchrnul(line, '\n');
		line += *line == '\n';
	}
}

static void read_io(const struct cgroup *cg, struct cgroup_stats *out)
{
	autofree char *bytes = text_of(
		cg, CGROUP_IO, "blkio.throttle.io_service_bytes_recursive");
	autofree char *count = text_of(cg, CGROUP_IO,
				       "blkio.throttle.io_serviced_recursive");
	autofree char *unified = text_of(cg, CGROUP_IO, "io.stat");

	if (bytes)
		cgroup_stats_parse_blkio(bytes, true, out);
	if (count)
		cgroup_stats_parse_blkio(count, false, out);
	if (unified)
		cgroup_stats_parse_io(unified, out);
}

/* "hugetlb.2MB.usage_in_bytes" and, on v2, "hugetlb.2MB.current". */
static void read_page_size(const struct cgroup *cg, const char *size,
			   bool is_v2, struct cgroup_stats *out)
{
	static const char *const names[2][4] = {
		{ "usage_in_bytes", "max_usage_in_bytes", "limit_in_bytes",
		  "failcnt" },
		{ "current", "", "max", "events" },
	};
	struct cgroup_hugetlb_use *page;
	uint64_t numbers[4];

	for (size_t i = 0; i < 4; i++) {
		autofree char *file = xasprintf("hugetlb.%s.%s", size,
						names[is_v2][i]);
		autofree char *text = NULL;

		if (!is_v2 || i != 3) {
			numbers[i] = number_of(cg, CGROUP_HUGETLB, file);
			continue;
		}
		text = text_of(cg, CGROUP_HUGETLB, file);
		numbers[i] = keyed(text, "max");
	}
	out->hugetlb = xreallocarray(out->hugetlb, out->hugetlb_count + 1,
				     sizeof(*out->hugetlb));
	page = &out->hugetlb[out->hugetlb_count++];
	page->size = xstrdup(size);
	page->use = (struct cgroup_use){ numbers[0], numbers[1], numbers[2],
					 numbers[3] };
}

static void read_hugetlb(const struct cgroup *cg, bool is_v2,
			 struct cgroup_stats *out)
{
	const char *folder = cgroup_directory(cg, CGROUP_HUGETLB);
	const char *ending = is_v2 ? ".current" : ".usage_in_bytes";
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		const char *found = strstr(name, ending);
		autofree char *size = NULL;

		if (strncmp(name, "hugetlb.", 8) != 0 || !found ||
		    strcmp(found, ending) != 0 || strstr(name, ".rsvd."))
			continue;
		size = xstrndup(name + 8, (size_t)(found - name) - 8);
		read_page_size(cg, size, is_v2, out);
	}
	if (dir)
		(void)closedir(dir); /* read side */
}

static void reset(struct cgroup_stats *out)
{
	static const struct cgroup_use nothing = { CGROUP_NO_NUMBER,
						   CGROUP_NO_NUMBER,
						   CGROUP_NO_NUMBER,
						   CGROUP_NO_NUMBER };

	*out = (struct cgroup_stats){ 0 };
	out->cpu_total_ns = CGROUP_NO_NUMBER;
	out->cpu_user_ns = CGROUP_NO_NUMBER;
	out->cpu_system_ns = CGROUP_NO_NUMBER;
	out->periods = CGROUP_NO_NUMBER;
	out->throttled_periods = CGROUP_NO_NUMBER;
	out->throttled_ns = CGROUP_NO_NUMBER;
	out->memory = nothing;
	out->swap = nothing;
	out->kernel_memory = nothing;
	out->kernel_tcp = nothing;
	out->memory_cache = CGROUP_NO_NUMBER;
	out->memory_inactive = CGROUP_NO_NUMBER;
	out->oom_kills = CGROUP_NO_NUMBER;
}

void cgroup_stats_read(const struct cgroup *cg, struct cgroup_stats *out)
{
	bool is_unified = cgroup_mode(cg) == CGROUP_MODE_UNIFIED;

	reset(out);
	read_cpu_v2(cg, out);
	if (is_unified) {
		read_memory_v2(cg, out);
	} else { /* v1 counters are on v1 wherever there are any */
		read_cpu_v1(cg, out);
		read_memory_v1(cg, out);
	}
	read_io(cg, out);
	read_hugetlb(cg, is_unified, out);
	out->pids = number_of(cg, CGROUP_PIDS, "pids.current");
	out->pids_limit = number_of(cg, CGROUP_PIDS, "pids.max");
}

void cgroup_stats_io(const struct cgroup_stats *stats, uint64_t *read_out,
		     uint64_t *written_out)
{
	*read_out = 0;
	*written_out = 0;
	for (size_t i = 0; i < stats->device_count; i++) {
		*read_out += stats->devices[i].read_bytes;
		*written_out += stats->devices[i].write_bytes;
	}
}

uint64_t cgroup_stats_memory(const struct cgroup_stats *stats)
{
	uint64_t now = stats->memory.now;

	if (now == CGROUP_NO_NUMBER || stats->memory_inactive >= now)
		return now;
	return now - stats->memory_inactive;
}

bool cgroup_has_oom_killed(const struct cgroup *cg)
{
	bool is_v2 = cgroup_mode(cg) == CGROUP_MODE_UNIFIED;
	autofree char *text = text_of(cg, CGROUP_MEMORY,
				      is_v2 ? "memory.events"
					    : "memory.oom_control");
	uint64_t kills = keyed(text, "oom_kill");

	return kills != CGROUP_NO_NUMBER && kills > 0;
}

void cgroup_stats_release(struct cgroup_stats *stats)
{
	for (size_t i = 0; i < stats->hugetlb_count; i++)
		free(stats->hugetlb[i].size);
	free(stats->hugetlb);
	free(stats->devices);
	free(stats->memory_lines);
	free(stats->cpu_each_ns);
	reset(stats);
}
