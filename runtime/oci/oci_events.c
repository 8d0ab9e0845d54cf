/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as JSON. A number nobody counts is 0, as Go's would be. */
#include "runtime/oci/oci_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static json_t *number(uint64_t value)
{
	if (value == CGROUP_NO_NUMBER)
		value = 0;
	/* no limit is the largest there is; JSON integers here are signed */
	if (value > INT64_MAX)
		value = INT64_MAX;
	return json_integer((json_int_t)value);
}

static json_t *format_use(const struct cgroup_use *use)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "limit", number(use->limit),
			 "usage", number(use->now), "max", number(use->peak),
			 "failcnt", number(use->failures));
}

static json_t *format_cpu(const struct cgroup_stats *stats)
{
	json_t *each = json_array();

	for (size_t i = 0; i < stats->cpu_count; i++)
		(void)json_array_append_new(each,
					    number(stats->cpu_each_ns[i]));
	return json_pack("{s:{s:o, s:o, s:o, s:o}, s:{s:o, s:o, s:o}}", "usage",
			 "total", number(stats->cpu_total_ns), "percpu", each,
			 "kernel", number(stats->cpu_system_ns), "user",
			 number(stats->cpu_user_ns), "throttling", "periods",
			 number(stats->periods), "throttledPeriods",
			 number(stats->throttled_periods), "throttledTime",
			 number(stats->throttled_ns));
}

/* memory.stat, key by key. */
static json_t *format_raw(const char *lines)
{
	json_t *raw = json_object();

	for (const char *line = lines; line && *line;) {
		size_t length = strcspn(line, " \n");
		autofree char *key = xstrndup(line, length);

		if (line[length] == ' ')
			(void)json_object_set_new(
				raw, key,
				number(strtoull(line + length, NULL, 10)));
		line = strchrnul(line, '\n');
		line += *line == '\n';
	}
	return raw;
}

static json_t *format_memory(const struct cgroup_stats *stats)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "cache",
			 number(stats->memory_cache), "usage",
			 format_use(&stats->memory), "swap",
			 format_use(&stats->swap), "kernel",
			 format_use(&stats->kernel_memory), "kernelTCP",
			 format_use(&stats->kernel_tcp), "raw",
			 format_raw(stats->memory_lines));
}

static void add_entry(json_t *list, const struct cgroup_device_io *device,
		      const char *operation, uint64_t value)
{
	(void)json_array_append_new(
		list, json_pack("{s:I, s:I, s:s, s:o}", "major",
				(json_int_t)device->major, "minor",
				(json_int_t)device->minor, "op", operation,
				"value", number(value)));
}

static json_t *format_io(const struct cgroup_stats *stats)
{
	json_t *bytes = json_array();
	json_t *counts = json_array();

	for (size_t i = 0; i < stats->device_count; i++) {
		const struct cgroup_device_io *device = &stats->devices[i];

		add_entry(bytes, device, "Read", device->read_bytes);
		add_entry(bytes, device, "Write", device->write_bytes);
		add_entry(bytes, device, "Discard", device->discard_bytes);
		add_entry(counts, device, "Read", device->reads);
		add_entry(counts, device, "Write", device->writes);
		add_entry(counts, device, "Discard", device->discards);
	}
	return json_pack("{s:o, s:o}", "ioServiceBytesRecursive", bytes,
			 "ioServicedRecursive", counts);
}

static json_t *format_hugetlb(const struct cgroup_stats *stats)
{
	json_t *pages = json_object();

	for (size_t i = 0; i < stats->hugetlb_count; i++)
		(void)json_object_set_new(pages, stats->hugetlb[i].size,
					  format_use(&stats->hugetlb[i].use));
	return pages;
}

json_t *oci_events_stats(const char *id, const struct cgroup_stats *stats)
{
	json_t *data = json_pack(
		"{s:o, s:o, s:{s:o, s:o}, s:o, s:o}", "cpu", format_cpu(stats),
		"memory", format_memory(stats), "pids", "current",
		number(stats->pids), "limit",
		number(stats->pids_limit == CGROUP_NO_LIMIT
			       ? 0
			       : stats->pids_limit),
		"blkio", format_io(stats), "hugetlb", format_hugetlb(stats));

	return json_pack("{s:s, s:s, s:o}", "type", "stats", "id", id, "data",
			 data);
}

json_t *oci_events_oom(const char *id)
{
	return json_pack("{s:s, s:s}", "type", "oom", "id", id);
}
