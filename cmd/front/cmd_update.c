/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl update */
#include <string.h>

#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/run_parts.h"
#include "cmd/verb.h"
#include "runtime/engine/container_update.h"
#include "runtime/engine/restart_policy.h"

enum { MEMORY_MINIMUM = 6 << 20 /* docker's least */ };

struct update_options {
	int64_t blkio_weight, cpu_period, cpu_quota, cpu_shares, cpus;
	int64_t cpu_rt_period, cpu_rt_runtime, pids_limit;
	int64_t memory, memory_reservation, memory_swap;
	const char *cpuset_cpus, *cpuset_mems, *restart;
	bool has_pids_limit;
};

static const struct option_spec update_option_table[] = {
	{ "blkio-weight", 0, OPTION_INT,
	  OPTION_AT(update_options, blkio_weight),
	  .help = "Block IO (relative weight), between 10 and 1000, or 0 to "
		  "disable (default 0)" },
	{ "cpu-period", 0, OPTION_INT, OPTION_AT(update_options, cpu_period),
	  .help = "Limit CPU CFS (Completely Fair Scheduler) period" },
	{ "cpu-quota", 0, OPTION_INT, OPTION_AT(update_options, cpu_quota),
	  .help = "Limit CPU CFS (Completely Fair Scheduler) quota" },
	{ "cpu-rt-period", 0, OPTION_INT,
	  OPTION_AT(update_options, cpu_rt_period),
	  .help = "Limit the CPU real-time period in microseconds" },
	{ "cpu-rt-runtime", 0, OPTION_INT,
	  OPTION_AT(update_options, cpu_rt_runtime),
	  .help = "Limit the CPU real-time runtime in microseconds" },
	{ "cpu-shares", 'c', OPTION_INT, OPTION_AT(update_options, cpu_shares),
	  .help = "CPU shares (relative weight)" },
	{ "cpus", 0, OPTION_CPUS, OPTION_AT(update_options, cpus),
	  .help = "Number of CPUs" },
	{ "cpuset-cpus", 0, OPTION_STRING,
	  OPTION_AT(update_options, cpuset_cpus),
	  .help = "CPUs in which to allow execution (0-3, 0,1)" },
	{ "cpuset-mems", 0, OPTION_STRING,
	  OPTION_AT(update_options, cpuset_mems),
	  .help = "MEMs in which to allow execution (0-3, 0,1)" },
	{ "memory", 'm', OPTION_SIZE, OPTION_AT(update_options, memory),
	  .help = "Memory limit" },
	{ "memory-reservation", 0, OPTION_SIZE,
	  OPTION_AT(update_options, memory_reservation),
	  .help = "Memory soft limit" },
	{ "memory-swap", 0, OPTION_SWAP, OPTION_AT(update_options, memory_swap),
	  .help = "Swap limit equal to memory plus swap: -1 to enable "
		  "unlimited swap" },
	{ "pids-limit", 0, OPTION_INT, OPTION_AT(update_options, pids_limit),
	  .help = "Tune container pids limit (set -1 for unlimited)",
	  .seen = offsetof(struct update_options, has_pids_limit) },
	{ "restart", 0, OPTION_STRING, OPTION_AT(update_options, restart),
	  .help = "Restart policy to apply when a container exits" },
	{ 0 },
};

static const struct usage update_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Update configuration of one or more containers",
	.aliases = "imgctl container update, imgctl update",
	.options = update_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static void set_number(json_t *changes, const char *key, int64_t value)
{
	if (value)
		(void)json_object_set_new(changes, key, json_integer(value));
}

static void set_text(json_t *changes, const char *key, const char *value)
{
	if (value && *value)
		(void)json_object_set_new(changes, key, json_string(value));
}

static int set_policy(const struct update_options *options, json_t *changes,
		      struct error *err)
{
	struct restart_policy policy;

	if (!options->restart)
		return 0;
	if (restart_policy_parse(options->restart, &policy, err) < 0)
		return -1;
	(void)json_object_set_new(changes, "RestartPolicy",
				  restart_policy_json(&policy));
	return 0;
}

/* The members of HostConfig that were asked for. */
static int make_changes(const struct update_options *options, json_t *changes,
			struct error *err)
{
	if (options->memory && options->memory < MEMORY_MINIMUM)
		return error_set(err, ERROR_INVALID,
				 "Minimum memory limit allowed is 6MB");
	if (options->blkio_weight &&
	    (options->blkio_weight < 10 || options->blkio_weight > 1000))
		return error_set(err, ERROR_INVALID,
				 "Range of blkio weight is from 10 to 1000");
	if (run_cpuset_check(options->cpuset_cpus, options->cpuset_mems, err) <
	    0)
		return -1;
	set_number(changes, "BlkioWeight", options->blkio_weight);
	set_number(changes, "CpuPeriod", options->cpu_period);
	set_number(changes, "CpuQuota", options->cpu_quota);
	set_number(changes, "CpuRealtimePeriod", options->cpu_rt_period);
	set_number(changes, "CpuRealtimeRuntime", options->cpu_rt_runtime);
	set_number(changes, "CpuShares", options->cpu_shares);
	set_number(changes, "NanoCpus", options->cpus);
	set_text(changes, "CpusetCpus", options->cpuset_cpus);
	set_text(changes, "CpusetMems", options->cpuset_mems);
	set_number(changes, "Memory", options->memory);
	set_number(changes, "MemoryReservation", options->memory_reservation);
	set_number(changes, "MemorySwap", options->memory_swap);
	if (options->has_pids_limit)
		(void)json_object_set_new(changes, "PidsLimit",
					  json_integer(options->pids_limit));
	if (set_policy(options, changes, err) < 0)
		return -1;
	if (!json_object_size(changes))
		return error_set(err, ERROR_INVALID,
				 "you must provide one or more flags when "
				 "using this command");
	return 0;
}

struct updating {
	struct store *store;
	const json_t *changes;
};

static int update_one(void *context, const char *name, struct error *err)
{
	const struct updating *updating = context;
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(updating->store, name, &container, err) < 0)
		return -1;
	if (container_update(updating->store, &container, updating->changes,
			     err) < 0)
		return error_wrap(err, "Cannot update container %s",
				  container.id);
	return verb_echo(name, err);
}

int cmd_update(struct command_call *call, struct error *err)
{
	struct update_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &update_usage,
		.target = &options,
	};
	autoclean(jsonx_free) json_t *changes = json_object();
	struct updating updating = { NULL, changes };
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (make_changes(&options, changes, err) < 0 ||
	    context_store(call->context, &updating.store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, update_one, &updating);
	return 0;
}
