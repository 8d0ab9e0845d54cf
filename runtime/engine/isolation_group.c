/* SPDX-License-Identifier: Apache-2.0 */
/* A control group as a document. */
#include "runtime/engine/isolation_group.h"

#include <string.h>

#include "runtime/cgroup/cgroup_stats.h"

enum { GROUP_FILE_MAX = 64 * 1024 };

/* Files of both versions; those that are not there are left out. */
static const struct {
	enum cgroup_controller controller;
	const char *file;
} limit_files[] = {
	{ CGROUP_MEMORY, "memory.max" },
	{ CGROUP_MEMORY, "memory.swap.max" },
	{ CGROUP_MEMORY, "memory.low" },
	{ CGROUP_MEMORY, "memory.limit_in_bytes" },
	{ CGROUP_MEMORY, "memory.memsw.limit_in_bytes" },
	{ CGROUP_MEMORY, "memory.soft_limit_in_bytes" },
	{ CGROUP_MEMORY, "memory.swappiness" },
	{ CGROUP_MEMORY, "memory.oom_control" },
	{ CGROUP_CPU, "cpu.max" },
	{ CGROUP_CPU, "cpu.weight" },
	{ CGROUP_CPU, "cpu.idle" },
	{ CGROUP_CPU, "cpu.cfs_quota_us" },
	{ CGROUP_CPU, "cpu.cfs_period_us" },
	{ CGROUP_CPU, "cpu.shares" },
	{ CGROUP_CPUSET, "cpuset.cpus" },
	{ CGROUP_CPUSET, "cpuset.mems" },
	{ CGROUP_PIDS, "pids.max" },
	{ CGROUP_IO, "io.max" },
	{ CGROUP_IO, "io.weight" },
	{ CGROUP_IO, "blkio.weight" },
	{ CGROUP_IO, "blkio.throttle.read_bps_device" },
	{ CGROUP_IO, "blkio.throttle.write_bps_device" },
	{ CGROUP_IO, "blkio.throttle.read_iops_device" },
	{ CGROUP_IO, "blkio.throttle.write_iops_device" },
	{ CGROUP_DEVICES, "devices.list" },
};

static json_t *describe_limits(const struct cgroup *cg)
{
	json_t *limits = json_object();

	for (size_t i = 0; i < sizeof(limit_files) / sizeof(*limit_files);
	     i++) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(GROUP_FILE_MAX);
		autoclean(error_release) struct error absent = ERROR_INIT;

		if (cgroup_read(cg, limit_files[i].controller,
				limit_files[i].file, &text, &absent) < 0) {
			error_release(&absent); /* of the other version */
			continue;
		}
		while (text.length && text.text[text.length - 1] == '\n')
			strbuf_truncate(&text, text.length - 1);
		if (text.length)
			(void)json_object_set_new(limits, limit_files[i].file,
						  json_string(text.text));
	}
	return limits;
}

static json_t *describe_directories(const struct cgroup *cg)
{
	json_t *list = json_array();

	for (int i = CGROUP_CORE; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;
		const char *path = cgroup_directory(cg, it);
		const char *name = it == CGROUP_CORE
					   ? "cgroup"
					   : cgroup_controller_name(it);

		if (path)
			(void)json_array_append_new(
				list, json_pack("{s:s,s:s}", "Controller", name,
						"Path", path));
	}
	return list;
}

/* -1 for both words of "none". */
static json_int_t number(uint64_t value)
{
	return value > INT64_MAX ? -1 : (json_int_t)value;
}

static void add_use(json_t *list, const char *name, uint64_t now,
		    uint64_t limit)
{
	/* v1 says "no limit" with the largest number of whole pages */
	bool is_unlimited = limit >= (uint64_t)INT64_MAX - (1 << 20);

	if (now == CGROUP_NO_NUMBER)
		return;
	(void)json_array_append_new(
		list, json_pack("{s:s,s:I,s:I}", "Name", name, "Now",
				number(now), "Limit",
				is_unlimited ? (json_int_t)-1 : number(limit)));
}

static json_t *describe_use(const struct cgroup *cg)
{
	autoclean(cgroup_stats_release) struct cgroup_stats stats = { 0 };
	json_t *list = json_array();

	cgroup_stats_read(cg, &stats);
	add_use(list, "memory", stats.memory.now, stats.memory.limit);
	add_use(list, "memory and swap", stats.swap.now, stats.swap.limit);
	add_use(list, "processes", stats.pids, stats.pids_limit);
	add_use(list, "processor time", stats.cpu_total_ns, CGROUP_NO_LIMIT);
	return list;
}

json_t *isolation_describe_group(const char *path)
{
	autoclean(cgroup_close) struct cgroup *cg = NULL;
	autoclean(error_release) struct error gone = ERROR_INIT;

	if (!path || cgroup_open(path, &cg, &gone) < 0)
		return json_pack("{s:s,s:s,s:[],s:{},s:[]}", "Mode", "none",
				 "Path", "", "Directories", "Limits", "Use");
	return json_pack("{s:s,s:s,s:o,s:o,s:o}", "Mode",
			 cgroup_mode_name(cgroup_mode(cg)), "Path", path,
			 "Directories", describe_directories(cg), "Limits",
			 describe_limits(cg), "Use", describe_use(cg));
}
