/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of `run` and `create`: one table, one struct. What they mean
 * for the container is said in run_config.h; here they are only read.
 */
#ifndef CMD_RUN_OPTIONS_H
#define CMD_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "builder/language/pairs.h"
#include "cmd/options.h"

struct run_options {
	bool is_interactive, is_tty, is_detached, is_removed, is_quiet;
	bool is_readonly, is_privileged, has_init, is_publish_all;
	bool is_oom_kill_disabled, is_health_off, replaces, is_rootfs;
	bool is_trust_disabled, is_explained;
	bool sig_proxy;
	const char *name, *workdir, *user, *entrypoint, *hostname, *domainname;
	const char *ip, *ip6, *ipc, *pid, *uts, *cgroupns, *cgroup_parent;
	const char *pull, *platform, *cidfile, *stop_signal, *detach_keys;
	const char *restart, *health_command, *runtime, *volume_driver;
	const char *userns, *subuid_name, *subgid_name;
	const char *log_driver, *cpuset_cpus, *cpuset_mems, *mac_address;
	bool has_entrypoint, has_stop_timeout;
	int64_t memory, memory_swap, memory_reservation, swappiness;
	int64_t cpus, cpu_shares, cpu_quota, cpu_period, pids_limit;
	int64_t shm_size, oom_score_adj, stop_timeout, blkio_weight;
	int64_t health_interval, health_timeout, health_start_period;
	int64_t health_start_interval, health_retries;
	int64_t cpu_rt_period, cpu_rt_runtime;
	struct pairs proxies; /* of the user's configuration; no option */
	struct strvec env, env_files, volumes, mounts, tmpfs;
	struct strvec cap_add, cap_drop, labels, label_files, annotations;
	struct strvec add_hosts, dns, dns_search, dns_options, group_add;
	struct strvec ulimits, sysctls, security, expose, log_opts, attach;
	struct strvec devices, device_rules, volumes_from;
	struct strvec networks, aliases, publish;
	struct strvec weight_devices, read_bps, write_bps;
	struct strvec uid_maps, gid_maps;
	struct strvec read_iops, write_iops, storage_opts, gpus;
};

/* The defaults before anything is read. */
#define RUN_OPTIONS_INIT                                                \
	{                                                               \
		.sig_proxy = true, .pull = "missing", .swappiness = -1, \
		.restart = "no", .is_trust_disabled = true,             \
	}

/* The options of `create`, as a table over struct run_options. */
extern const struct option_spec create_option_table[];

/* Those of `run`: the same and what concerns the foreground. */
extern const struct option_spec run_option_table[];

/*
 * Checks of the values of --blkio-weight-device, --device-*-bps and
 * --device-*-iops, as an option_spec's `set`. They do not look at the machine.
 */
int run_block_weight(void *field, const char *value,
		     struct error *err) must_check;
/* The same for a rate of bytes. */
int run_block_bytes(void *field, const char *value,
		    struct error *err) must_check;
/* The same for a rate of operations. */
int run_block_operations(void *field, const char *value,
			 struct error *err) must_check;

/* A check of --attach, likewise. */
int run_stream_check(void *field, const char *value,
		     struct error *err) must_check;

/* A check of --dns, likewise. */
int run_dns_check(void *field, const char *value, struct error *err) must_check;

/* A check of --gpus, likewise. */
int run_gpus_check(void *field, const char *value,
		   struct error *err) must_check;

/* Free the lists. */
void run_options_release(struct run_options *options);
DEFINE_CLEANUP(struct run_options, run_options_release)

#endif
