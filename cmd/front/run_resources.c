/* SPDX-License-Identifier: Apache-2.0 */
/* The resources of HostConfig, with docker's checks of them. */
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "cmd/front/run_parts.h"
#include "runtime/cgroup/cgroup_host.h"

/* docker's bounds: bytes, and microseconds of a period. */
enum {
	MEMORY_MINIMUM = 6 << 20,
	PERIOD_MINIMUM = 1000,
	PERIOD_MAXIMUM = 1000000,
};

static void set_text(json_t *object, const char *key, const char *value)
{
	(void)json_object_set_new(object, key, json_string(value ? value : ""));
}

static void set_number(json_t *object, const char *key, int64_t value)
{
	(void)json_object_set_new(object, key, json_integer(value));
}

static void set_bool(json_t *object, const char *key, bool value)
{
	(void)json_object_set_new(object, key, json_boolean(value));
}

static int check_memory(const struct run_options *options, struct error *err)
{
	if (options->memory && options->memory < MEMORY_MINIMUM)
		return error_set(err, ERROR_INVALID,
				 "Minimum memory limit allowed is 6MB");
	if (options->memory_swap > 0 && !options->memory)
		return error_set(err, ERROR_INVALID,
				 "You should always set the Memory limit when "
				 "using Memoryswap limit, see usage");
	if (options->memory_swap > 0 && options->memory_swap < options->memory)
		return error_set(err, ERROR_INVALID,
				 "Minimum memoryswap limit should be larger "
				 "than memory limit, see usage");
	if (options->memory_reservation &&
	    options->memory_reservation < MEMORY_MINIMUM)
		return error_set(err, ERROR_INVALID,
				 "Minimum memory reservation allowed is 6MB");
	if (options->memory && options->memory_reservation > options->memory)
		return error_set(err, ERROR_INVALID,
				 "Minimum memory limit can not be less than "
				 "memory reservation limit, see usage");
	if (options->swappiness < -1 || options->swappiness > 100)
		return error_set(err, ERROR_INVALID,
				 "Invalid value: %lld, valid memory "
				 "swappiness range is 0-100",
				 (long long)options->swappiness);
	return 0;
}

static int check_cpu(const struct run_options *options, struct error *err)
{
	long cores = options->cpus ? sysconf(_SC_NPROCESSORS_ONLN) : 0;

	if (options->cpus < 0 || options->cpus > cores * 1000000000L)
		return error_set(err, ERROR_INVALID,
				 "Range of CPUs is from 0.01 to %ld.00, as "
				 "there are only %ld CPUs available",
				 cores, cores);
	if (options->cpus && (options->cpu_period || options->cpu_quota))
		return error_set(err, ERROR_INVALID,
				 "Conflicting options: Nano CPUs and CPU %s "
				 "cannot both be set",
				 options->cpu_period ? "Period" : "Quota");
	if (options->cpu_period && (options->cpu_period < PERIOD_MINIMUM ||
				    options->cpu_period > PERIOD_MAXIMUM))
		return error_set(
			err, ERROR_INVALID,
			"CPU cfs period can not be less than 1ms (i.e. "
			"1000) or larger than 1s (i.e. 1000000)");
	if (options->cpu_quota > 0 && options->cpu_quota < PERIOD_MINIMUM)
		return error_set(err, ERROR_INVALID,
				 "CPU cfs quota can not be less than 1ms (i.e. "
				 "1000)");
	return 0;
}

/* Whether FILE is in the v1 hierarchy of CONTROLLER. */
static bool has_file(const struct cgroup_host *host,
		     enum cgroup_controller controller, const char *file)
{
	autofree char *path = NULL;

	if (!cgroup_host_is_v1(host, controller))
		return false;
	path = xasprintf("%s/%s", host->places[controller].mount, file);
	return fs_exists(AT_FDCWD, path);
}

static int check_realtime(const struct run_options *options, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host host =
		CGROUP_HOST_INIT;
	bool is_known;

	if (!options->cpu_rt_period && !options->cpu_rt_runtime)
		return 0;
	if (cgroup_host_read(&host, err) < 0)
		return -1;
	is_known = has_file(&host, CGROUP_CPU, "cpu.rt_runtime_us");
	if (options->cpu_rt_period > 0 && !is_known)
		return error_set(err, ERROR_UNSUPPORTED,
				 "Your kernel does not support CPU real-time "
				 "scheduler period");
	if (options->cpu_rt_runtime > 0 && !is_known)
		return error_set(err, ERROR_UNSUPPORTED,
				 "Your kernel does not support CPU real-time "
				 "scheduler runtime");
	if (options->cpu_rt_period && options->cpu_rt_runtime &&
	    options->cpu_rt_runtime > options->cpu_rt_period)
		return error_set(err, ERROR_INVALID,
				 "cpu real-time runtime cannot be higher than "
				 "cpu real-time period");
	return 0;
}

static int check_scores(const struct run_options *options, struct error *err)
{
	if (options->oom_score_adj < -1000 || options->oom_score_adj > 1000)
		return error_set(err, ERROR_INVALID,
				 "Invalid value %lld, range for oom score adj "
				 "is [-1000, 1000]",
				 (long long)options->oom_score_adj);
	if (options->blkio_weight &&
	    (options->blkio_weight < 10 || options->blkio_weight > 1000))
		return error_set(err, ERROR_INVALID,
				 "Range of blkio weight is from 10 to 1000");
	return 0;
}

int run_resources(const struct run_options *options, json_t *host,
		  struct error *err)
{
	if (check_memory(options, err) < 0 || check_cpu(options, err) < 0 ||
	    check_realtime(options, err) < 0 ||
	    check_scores(options, err) < 0 ||
	    run_cpuset_check(options->cpuset_cpus, options->cpuset_mems, err) <
		    0 ||
	    run_block_devices(options, host, err) < 0)
		return -1;
	set_number(host, "Memory", options->memory);
	set_number(host, "MemorySwap",
		   options->memory_swap || !options->memory
			   ? options->memory_swap
			   : options->memory * 2);
	set_number(host, "MemoryReservation", options->memory_reservation);
	(void)json_object_set_new(host, "MemorySwappiness",
				  options->swappiness < 0
					  ? json_null()
					  : json_integer(options->swappiness));
	set_bool(host, "OomKillDisable", options->is_oom_kill_disabled);
	set_number(host, "OomScoreAdj", options->oom_score_adj);
	set_number(host, "NanoCpus", options->cpus);
	set_number(host, "CpuShares", options->cpu_shares);
	set_number(host, "CpuQuota", options->cpu_quota);
	set_number(host, "CpuPeriod", options->cpu_period);
	set_number(host, "CpuRealtimePeriod", options->cpu_rt_period);
	set_number(host, "CpuRealtimeRuntime", options->cpu_rt_runtime);
	set_text(host, "CpusetCpus", options->cpuset_cpus);
	set_text(host, "CpusetMems", options->cpuset_mems);
	set_number(host, "BlkioWeight", options->blkio_weight);
	(void)json_object_set_new(host, "PidsLimit",
				  options->pids_limit
					  ? json_integer(options->pids_limit)
					  : json_null());
	set_number(host, "ShmSize",
		   options->shm_size ? options->shm_size : 64 << 20);
	set_text(host, "CgroupParent", options->cgroup_parent);
	return 0;
}
