/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function for each controller and version; a row of the table below ties
 * them to the controller. A function adds writes only for what was asked.
 */
#include "runtime/cgroup/cgroup_plan.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"

static void add(struct cgroup_plan *plan, enum cgroup_controller controller,
		const char *file, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void add(struct cgroup_plan *plan, enum cgroup_controller controller,
		const char *file, const char *format, ...)
{
	autoclean(strbuf_release) struct strbuf value = STRBUF_INIT;
	struct cgroup_write *write;
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&value, format, arguments);
	va_end(arguments);
	plan->writes = xreallocarray(plan->writes, plan->count + 1,
				     sizeof(*plan->writes));
	write = &plan->writes[plan->count++];
	write->controller = controller;
	write->mode = CGROUP_WRITE_MUST;
	write->file = xstrdup(file);
	write->value = strbuf_steal(&value);
	plan->controllers |= 1U << controller;
}

static void set_last_mode(struct cgroup_plan *plan, enum cgroup_write_mode mode)
{
	plan->writes[plan->count - 1].mode = mode;
}

/* A byte or task count, "max" for no limit: the v2 way. */
static void add_count(struct cgroup_plan *plan,
		      enum cgroup_controller controller, const char *file,
		      int64_t value)
{
	if (value == CGROUP_UNSET)
		return;
	if (value < 0)
		add(plan, controller, file, "max");
	else
		add(plan, controller, file, "%" PRId64, value);
}

/* The v1 way: -1 for no limit. */
static void add_signed(struct cgroup_plan *plan,
		       enum cgroup_controller controller, const char *file,
		       int64_t value)
{
	if (value != CGROUP_UNSET)
		add(plan, controller, file, "%" PRId64, value);
}

static void add_unsigned(struct cgroup_plan *plan,
			 enum cgroup_controller controller, const char *file,
			 uint64_t value)
{
	if (value)
		add(plan, controller, file, "%" PRIu64, value);
}

static void plan_memory_v1(const struct cgroup_limits *limits,
			   struct cgroup_plan *plan)
{
	add_signed(plan, CGROUP_MEMORY, "memory.limit_in_bytes",
		   limits->memory);
	add_signed(plan, CGROUP_MEMORY, "memory.memsw.limit_in_bytes",
		   limits->memory_swap);
	if (limits->memory_swap != CGROUP_UNSET) /* swapaccount=0 has no file */
		set_last_mode(plan, CGROUP_WRITE_IF_PRESENT);
	add_signed(plan, CGROUP_MEMORY, "memory.soft_limit_in_bytes",
		   limits->memory_reservation);
	add_signed(plan, CGROUP_MEMORY, "memory.swappiness",
		   limits->swappiness);
	if (limits->oom_kill_disable)
		add(plan, CGROUP_MEMORY, "memory.oom_control", "1");
}

static void plan_memory_v2(const struct cgroup_limits *limits,
			   struct cgroup_plan *plan)
{
	int64_t swap = limits->memory_swap;

	add_count(plan, CGROUP_MEMORY, "memory.max", limits->memory);
	if (swap > 0 && limits->memory > 0)
		swap -= limits->memory;
	if (swap != CGROUP_UNSET) {
		add_count(plan, CGROUP_MEMORY, "memory.swap.max", swap);
		set_last_mode(plan, CGROUP_WRITE_IF_PRESENT);
	}
	add_count(plan, CGROUP_MEMORY, "memory.low",
		  limits->memory_reservation);
	if (limits->swappiness != CGROUP_UNSET)
		log_warn("cgroup", "memory swappiness has no cgroup v2 "
				   "counterpart; ignored");
	if (limits->oom_kill_disable)
		log_warn("cgroup", "disabling the OOM killer has no cgroup v2 "
				   "counterpart; ignored");
}

static void plan_cpu_v1(const struct cgroup_limits *limits,
			struct cgroup_plan *plan)
{
	add_unsigned(plan, CGROUP_CPU, "cpu.shares", limits->cpu_shares);
	add_unsigned(plan, CGROUP_CPU, "cpu.cfs_period_us", limits->cpu_period);
	add_signed(plan, CGROUP_CPU, "cpu.cfs_quota_us", limits->cpu_quota);
	add_unsigned(plan, CGROUP_CPU, "cpu.cfs_burst_us", limits->cpu_burst);
	add_unsigned(plan, CGROUP_CPU, "cpu.rt_period_us",
		     limits->realtime_period);
	add_signed(plan, CGROUP_CPU, "cpu.rt_runtime_us",
		   limits->realtime_runtime);
	add_signed(plan, CGROUP_CPU, "cpu.idle", limits->cpu_idle);
}

static void plan_cpu_v2(const struct cgroup_limits *limits,
			struct cgroup_plan *plan)
{
	uint64_t period = limits->cpu_period ? limits->cpu_period : 100000;

	add_signed(plan, CGROUP_CPU, "cpu.idle", limits->cpu_idle);
	if (limits->cpu_shares >= 2 && limits->cpu_idle != 1)
		add(plan, CGROUP_CPU, "cpu.weight", "%" PRIu64,
		    cgroup_cpu_weight(limits->cpu_shares));
	if (limits->cpu_quota > 0)
		add(plan, CGROUP_CPU, "cpu.max", "%" PRId64 " %" PRIu64,
		    limits->cpu_quota, period);
	else if (limits->cpu_quota != CGROUP_UNSET || limits->cpu_period)
		add(plan, CGROUP_CPU, "cpu.max", "max %" PRIu64, period);
	add_unsigned(plan, CGROUP_CPU, "cpu.max.burst", limits->cpu_burst);
	if (limits->realtime_runtime != CGROUP_UNSET || limits->realtime_period)
		log_warn("cgroup", "realtime limits have no cgroup v2 "
				   "counterpart; ignored");
}

static void plan_cpuset(const struct cgroup_limits *limits,
			struct cgroup_plan *plan)
{
	if (limits->cpus)
		add(plan, CGROUP_CPUSET, "cpuset.cpus", "%s", limits->cpus);
	if (limits->mems)
		add(plan, CGROUP_CPUSET, "cpuset.mems", "%s", limits->mems);
}

static void plan_pids(const struct cgroup_limits *limits,
		      struct cgroup_plan *plan)
{
	add_count(plan, CGROUP_PIDS, "pids.max", limits->pids);
}

static void plan_io_v1(const struct cgroup_limits *limits,
		       struct cgroup_plan *plan)
{
	static const char *const files[] = {
		[CGROUP_THROTTLE_READ_BPS] = "blkio.throttle.read_bps_device",
		[CGROUP_THROTTLE_WRITE_BPS] = "blkio.throttle.write_bps_device",
		[CGROUP_THROTTLE_READ_IOPS] = "blkio.throttle.read_iops_device",
		[CGROUP_THROTTLE_WRITE_IOPS] =
			"blkio.throttle.write_iops_device",
		[CGROUP_THROTTLE_WEIGHT] = "blkio.bfq.weight_device",
	};

	if (limits->io_weight) { /* CFQ's file, then BFQ's; 5.0 dropped CFQ */
		add_unsigned(plan, CGROUP_IO, "blkio.weight",
			     limits->io_weight);
		set_last_mode(plan, CGROUP_WRITE_IF_PRESENT);
		add_unsigned(plan, CGROUP_IO, "blkio.bfq.weight",
			     limits->io_weight);
		set_last_mode(plan, CGROUP_WRITE_ELSE);
	}
	for (size_t i = 0; i < limits->throttle_count; i++) {
		const struct cgroup_throttle *it = &limits->throttles[i];

		add(plan, CGROUP_IO, files[it->kind], "%u:%u %" PRIu64,
		    it->major, it->minor, it->rate);
		if (it->kind == CGROUP_THROTTLE_WEIGHT)
			set_last_mode(plan, CGROUP_WRITE_IF_PRESENT);
	}
}

static void plan_io_v2(const struct cgroup_limits *limits,
		       struct cgroup_plan *plan)
{
	static const char *const keys[] = {
		[CGROUP_THROTTLE_READ_BPS] = "rbps",
		[CGROUP_THROTTLE_WRITE_BPS] = "wbps",
		[CGROUP_THROTTLE_READ_IOPS] = "riops",
		[CGROUP_THROTTLE_WRITE_IOPS] = "wiops",
	};

	if (limits->io_weight) {
		add_unsigned(plan, CGROUP_IO, "io.bfq.weight",
			     limits->io_weight);
		set_last_mode(plan, CGROUP_WRITE_IF_PRESENT);
		add_unsigned(plan, CGROUP_IO, "io.weight",
			     cgroup_io_weight(limits->io_weight));
		set_last_mode(plan, CGROUP_WRITE_ELSE);
	}
	for (size_t i = 0; i < limits->throttle_count; i++) {
		const struct cgroup_throttle *it = &limits->throttles[i];

		if (it->kind == CGROUP_THROTTLE_WEIGHT) {
			add(plan, CGROUP_IO, "io.bfq.weight", "%u:%u %" PRIu64,
			    it->major, it->minor, it->rate);
			set_last_mode(plan, CGROUP_WRITE_IF_PRESENT);
		} else {
			add(plan, CGROUP_IO, "io.max", "%u:%u %s=%" PRIu64,
			    it->major, it->minor, keys[it->kind], it->rate);
		}
	}
}

static void plan_hugetlb(const struct cgroup_limits *limits,
			 struct cgroup_plan *plan, const char *suffix)
{
	for (size_t i = 0; i + 1 < limits->hugetlb.count; i += 2) {
		autofree char *file = xasprintf(
			"hugetlb.%s.%s", limits->hugetlb.items[i], suffix);

		add(plan, CGROUP_HUGETLB, file, "%s",
		    limits->hugetlb.items[i + 1]);
	}
}

static void plan_hugetlb_v1(const struct cgroup_limits *limits,
			    struct cgroup_plan *plan)
{
	plan_hugetlb(limits, plan, "limit_in_bytes");
}

static void plan_hugetlb_v2(const struct cgroup_limits *limits,
			    struct cgroup_plan *plan)
{
	plan_hugetlb(limits, plan, "max");
}

static void plan_rdma(const struct cgroup_limits *limits,
		      struct cgroup_plan *plan)
{
	for (size_t i = 0; i + 1 < limits->rdma.count; i += 2)
		add(plan, CGROUP_RDMA, "rdma.max", "%s %s",
		    limits->rdma.items[i], limits->rdma.items[i + 1]);
}

static void plan_net_cls(const struct cgroup_limits *limits,
			 struct cgroup_plan *plan)
{
	if (limits->net_class > 0)
		add_signed(plan, CGROUP_NET_CLS, "net_cls.classid",
			   limits->net_class);
}

static void plan_net_prio(const struct cgroup_limits *limits,
			  struct cgroup_plan *plan)
{
	for (size_t i = 0; i < limits->net_priorities.count; i++)
		add(plan, CGROUP_NET_PRIO, "net_prio.ifpriomap", "%s",
		    limits->net_priorities.items[i]);
}

typedef void plan_function(const struct cgroup_limits *, struct cgroup_plan *);

/* Who plans for a controller that lives on v1, and on v2. */
static const struct {
	enum cgroup_controller controller;
	plan_function *v1, *v2;
} planners[] = {
	{ CGROUP_MEMORY, plan_memory_v1, plan_memory_v2 },
	{ CGROUP_CPU, plan_cpu_v1, plan_cpu_v2 },
	{ CGROUP_CPUSET, plan_cpuset, plan_cpuset },
	{ CGROUP_PIDS, plan_pids, plan_pids },
	{ CGROUP_IO, plan_io_v1, plan_io_v2 },
	{ CGROUP_HUGETLB, plan_hugetlb_v1, plan_hugetlb_v2 },
	{ CGROUP_RDMA, plan_rdma, plan_rdma },
	{ CGROUP_NET_CLS, plan_net_cls, plan_net_cls },
	{ CGROUP_NET_PRIO, plan_net_prio, plan_net_prio },
};

static int plan_unified(const struct cgroup_host *host,
			const struct cgroup_limits *limits,
			struct cgroup_plan *plan, struct error *err)
{
	for (size_t i = 0; i + 1 < limits->unified.count; i += 2) {
		const char *file = limits->unified.items[i];
		autofree char *name = xstrndup(file, strcspn(file, "."));
		enum cgroup_controller found =
			cgroup_controller_from_name(name);

		if (host->places[found].home != CGROUP_HOME_V2)
			return error_set(err, ERROR_UNSUPPORTED,
					 "%s: this host has no cgroup v2 "
					 "controller \"%s\"",
					 file, name);
		add(plan, found, file, "%s", limits->unified.items[i + 1]);
	}
	return 0;
}

uint64_t cgroup_cpu_weight(uint64_t shares)
{
	double l;

	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2((double)shares);
	return (uint64_t)ceil(pow(10, (l * l + 125 * l) / 612 - 7.0 / 34.0));
}

uint64_t cgroup_io_weight(uint64_t weight)
{
	if (weight <= 10)
		return 1;
	return 1 + (weight - 10) * 9999 / 990;
}

int cgroup_plan_limits(const struct cgroup_host *host,
		       const struct cgroup_limits *limits,
		       struct cgroup_plan *out, struct error *err)
{
	for (size_t i = 0; i < sizeof(planners) / sizeof(planners[0]); i++) {
		enum cgroup_controller controller = planners[i].controller;
		enum cgroup_home home = host->places[controller].home;
		size_t before = out->count;

		if (home == CGROUP_HOME_V2)
			planners[i].v2(limits, out);
		else
			planners[i].v1(limits, out);
		if (home == CGROUP_HOME_NONE && out->count > before)
			return error_set(err, ERROR_UNSUPPORTED,
					 "%s cannot be set: this host has no "
					 "\"%s\" controller",
					 out->writes[before].file,
					 cgroup_controller_name(controller));
	}
	return plan_unified(host, limits, out, err);
}

void cgroup_plan_release(struct cgroup_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->writes[i].file);
		free(plan->writes[i].value);
	}
	free(plan->writes);
	*plan = (struct cgroup_plan)CGROUP_PLAN_INIT;
}

/* v1 hosts without a v2 tree need a hierarchy to freeze and list by. */
unsigned cgroup_plan_wanted(const struct cgroup_host *host,
			    const struct cgroup_limits *limits,
			    const struct cgroup_plan *plan)
{
	unsigned wanted = plan->controllers;

	if (host->mode == CGROUP_MODE_LEGACY)
		wanted |= 1U << CGROUP_FREEZER | 1U << CGROUP_PIDS |
			  1U << CGROUP_DEVICES;
	if (limits->accounting)
		wanted |= 1U << CGROUP_MEMORY | 1U << CGROUP_CPUACCT |
			  1U << CGROUP_PIDS | 1U << CGROUP_IO;
	return wanted;
}

unsigned cgroup_plan_unified(const struct cgroup_host *host, unsigned wanted)
{
	unsigned part = 0;

	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++)
		if ((wanted & (1U << i)) &&
		    host->places[i].home == CGROUP_HOME_V2)
			part |= 1U << i;
	return part;
}
