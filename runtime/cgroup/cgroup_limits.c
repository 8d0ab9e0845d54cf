/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function for each part of the resources. Zero is how writers without
 * pointers say "not asked for", so it means that where it cannot be a limit.
 */
#include "runtime/cgroup/cgroup_limits.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* A limit of which zero makes no sense. */
static int64_t limit_of(const struct runtime_number *number)
{
	return number->is_set && number->value ? number->value : CGROUP_UNSET;
}

/* A limit of which zero is one. */
static int64_t value_of(const struct runtime_number *number)
{
	return number->is_set ? number->value : CGROUP_UNSET;
}

static uint64_t count_of(const struct runtime_number *number)
{
	return number->is_set ? (uint64_t)number->value : 0;
}

static char *text_of(const char *text)
{
	return text && *text ? xstrdup(text) : NULL;
}

static int take_memory(const struct runtime_memory *memory,
		       struct cgroup_limits *limits, struct error *err)
{
	limits->memory = limit_of(&memory->limit);
	limits->memory_swap = limit_of(&memory->swap);
	limits->memory_reservation = limit_of(&memory->reservation);
	limits->swappiness = value_of(&memory->swappiness);
	limits->oom_kill_disable = memory->disable_oom_killer;
	if (limits->memory > 0 && limits->memory_swap > 0 &&
	    limits->memory_swap < limits->memory)
		return error_set(err, ERROR_INVALID,
				 "memory and swap together (%lld) are less "
				 "than memory alone (%lld)",
				 (long long)limits->memory_swap,
				 (long long)limits->memory);
	return 0;
}

static int take_cpu(const struct runtime_cpu *cpu, struct cgroup_limits *limits,
		    struct error *err)
{
	limits->cpu_shares = count_of(&cpu->shares);
	limits->cpu_quota = limit_of(&cpu->quota);
	limits->cpu_period = count_of(&cpu->period);
	limits->cpu_burst = count_of(&cpu->burst);
	limits->realtime_runtime = value_of(&cpu->realtime_runtime);
	limits->realtime_period = count_of(&cpu->realtime_period);
	limits->cpu_idle = value_of(&cpu->idle);
	limits->cpus = text_of(cpu->cpus);
	limits->mems = text_of(cpu->mems);
	if (limits->cpu_shares > 262144)
		return error_set(err, ERROR_INVALID,
				 "cpu shares %llu: more than 262144",
				 (unsigned long long)limits->cpu_shares);
	return 0;
}

static void add_throttle(struct cgroup_limits *limits,
			 const struct cgroup_throttle *throttle)
{
	limits->throttles = xreallocarray(limits->throttles,
					  limits->throttle_count + 1,
					  sizeof(*throttle));
	limits->throttles[limits->throttle_count++] = *throttle;
}

static void take_rates(const struct runtime_device_rates *rates,
		       enum cgroup_throttle_kind kind,
		       struct cgroup_limits *limits)
{
	for (size_t i = 0; i < rates->count; i++) {
		struct cgroup_throttle throttle = {
			.kind = kind,
			.major = (unsigned)rates->items[i].major,
			.minor = (unsigned)rates->items[i].minor,
			.rate = rates->items[i].rate,
		};

		add_throttle(limits, &throttle);
	}
}

static int check_weight(uint64_t weight, struct error *err)
{
	if (weight && (weight < 10 || weight > 1000))
		return error_set(err, ERROR_INVALID,
				 "blkio weight %llu: not within 10 to 1000",
				 (unsigned long long)weight);
	return 0;
}

static int take_io(const struct runtime_block_io *io,
		   struct cgroup_limits *limits, struct error *err)
{
	limits->io_weight = count_of(&io->weight);
	if (check_weight(limits->io_weight, err) < 0)
		return -1;
	take_rates(&io->read_bps, CGROUP_THROTTLE_READ_BPS, limits);
	take_rates(&io->write_bps, CGROUP_THROTTLE_WRITE_BPS, limits);
	take_rates(&io->read_iops, CGROUP_THROTTLE_READ_IOPS, limits);
	take_rates(&io->write_iops, CGROUP_THROTTLE_WRITE_IOPS, limits);
	for (size_t i = 0; i < io->weight_count; i++) {
		struct cgroup_throttle throttle = {
			.kind = CGROUP_THROTTLE_WEIGHT,
			.major = (unsigned)io->weights[i].major,
			.minor = (unsigned)io->weights[i].minor,
			.rate = count_of(&io->weights[i].weight),
		};

		if (check_weight(throttle.rate, err) < 0)
			return -1;
		if (throttle.rate) /* else it had a leaf weight only */
			add_throttle(limits, &throttle);
	}
	return 0;
}

static void take_rdma(const struct runtime_rdma *rdma,
		      struct cgroup_limits *limits)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (rdma->handles.is_set)
		strbuf_addf(&text, "hca_handle=%lld",
			    (long long)rdma->handles.value);
	if (rdma->objects.is_set)
		strbuf_addf(&text, "%shca_object=%lld", text.length ? " " : "",
			    (long long)rdma->objects.value);
	if (!text.length)
		return;
	strvec_add(&limits->rdma, rdma->device);
	strvec_add(&limits->rdma, text.text);
}

static void take_rest(const struct runtime_resources *resources,
		      struct cgroup_limits *limits)
{
	limits->pids = limit_of(&resources->pids_limit);
	limits->net_class = value_of(&resources->network_class);
	for (size_t i = 0; i < resources->network_priority_count; i++)
		strvec_addf(&limits->net_priorities, "%s %s",
			    resources->network_priorities[i].key,
			    resources->network_priorities[i].value);
	for (size_t i = 0; i < resources->hugepage_count; i++) {
		strvec_add(&limits->hugetlb, resources->hugepages[i].size);
		strvec_addf(&limits->hugetlb, "%llu",
			    (unsigned long long)resources->hugepages[i].limit);
	}
	for (size_t i = 0; i < resources->rdma_count; i++)
		take_rdma(&resources->rdma[i], limits);
	limits->has_devices = resources->device_count > 0;
	device_rules_apply(&limits->devices, resources->devices,
			   resources->device_count);
}

/*
 * The keys are names of files in the v2 group. A slash would name a file
 * elsewhere; "cgroup." files move processes, which is no limit.
 */
static int take_unified(const struct runtime_resources *resources,
			struct cgroup_limits *limits, struct error *err)
{
	for (size_t i = 0; i < resources->unified_count; i++) {
		const char *key = resources->unified[i].key;

		if (strchr(key, '/') || !strchr(key, '.') || *key == '.' ||
		    strncmp(key, "cgroup.", 7) == 0)
			return error_set(err, ERROR_INVALID,
					 "unified \"%s\": not the file of a "
					 "controller",
					 key);
		strvec_add(&limits->unified, key);
		strvec_add(&limits->unified, resources->unified[i].value);
	}
	return 0;
}

void cgroup_limits_init(struct cgroup_limits *limits)
{
	static const struct device_rules no_rules = DEVICE_RULES_INIT;

	memset(limits, 0, sizeof(*limits));
	limits->memory = CGROUP_UNSET;
	limits->memory_swap = CGROUP_UNSET;
	limits->memory_reservation = CGROUP_UNSET;
	limits->swappiness = CGROUP_UNSET;
	limits->cpu_quota = CGROUP_UNSET;
	limits->realtime_runtime = CGROUP_UNSET;
	limits->cpu_idle = CGROUP_UNSET;
	limits->pids = CGROUP_UNSET;
	limits->net_class = CGROUP_UNSET;
	limits->devices = no_rules;
}

int cgroup_limits_take(const struct runtime_resources *resources,
		       struct cgroup_limits *limits, struct error *err)
{
	take_rest(resources, limits);
	if (take_memory(&resources->memory, limits, err) < 0 ||
	    take_cpu(&resources->cpu, limits, err) < 0 ||
	    take_io(&resources->block_io, limits, err) < 0 ||
	    take_unified(resources, limits, err) < 0)
		return error_wrap(err, "resources");
	return 0;
}

void cgroup_limits_release(struct cgroup_limits *limits)
{
	free(limits->cpus);
	free(limits->mems);
	free(limits->throttles);
	strvec_release(&limits->hugetlb);
	strvec_release(&limits->rdma);
	strvec_release(&limits->net_priorities);
	strvec_release(&limits->unified);
	device_rules_release(&limits->devices);
	cgroup_limits_init(limits);
}
