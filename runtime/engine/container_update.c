/* SPDX-License-Identifier: Apache-2.0 */
/* Changing what a container may use. */
#include "runtime/engine/container_update.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/cgroup_apply.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/spec_parts.h"
#include "runtime/spec/runtime_resources.h"

/* What CHANGES say, else what is set already. */
static json_int_t number(const json_t *host, const json_t *changes,
			 const char *key)
{
	return spec_integer(json_object_get(changes, key) ? changes : host,
			    key);
}

static int check_memory(const json_t *host, const json_t *changes,
			struct error *err)
{
	json_int_t memory = number(host, changes, "Memory");
	json_int_t swap = number(host, changes, "MemorySwap");
	json_int_t reserved = number(host, changes, "MemoryReservation");

	if (swap > 0 && !memory)
		return error_set(err, ERROR_INVALID,
				 "You should always set the Memory limit when "
				 "using Memoryswap limit, see usage");
	if (swap > 0 && memory > swap)
		return error_set(
			err, ERROR_INVALID, "%s",
			json_object_get(changes, "MemorySwap")
				? "Minimum memoryswap limit should be larger "
				  "than memory limit, see usage"
				: "Memory limit should be smaller than already "
				  "set memoryswap limit, update the memoryswap "
				  "at the same time");
	if (memory && reserved > memory)
		return error_set(err, ERROR_INVALID,
				 "Minimum memory limit can not be less than "
				 "memory reservation limit, see usage");
	return 0;
}

static int check_cpu(const json_t *host, const json_t *changes,
		     struct error *err)
{
	static const struct {
		const char *key, *name;
	} rows[] = { { "CpuPeriod", "CPU Period" },
		     { "CpuQuota", "CPU Quota" } };

	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (spec_integer(changes, "NanoCpus") > cores * 1000000000L)
		return error_set(err, ERROR_INVALID,
				 "Range of CPUs is from 0.01 to %ld.00, as "
				 "there are only %ld CPUs available",
				 cores, cores);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool has = spec_integer(host, rows[i].key);
		bool wants = spec_integer(changes, rows[i].key);

		if (spec_integer(changes, "NanoCpus") && (has || wants))
			return error_set(err, ERROR_INVALID,
					 "Conflicting options: Nano CPUs "
					 "cannot be updated as %s has already "
					 "been set",
					 rows[i].name);
		if (wants && spec_integer(host, "NanoCpus"))
			return error_set(err, ERROR_INVALID,
					 "Conflicting options: %s cannot be "
					 "updated as NanoCPUs has already been "
					 "set",
					 rows[i].name);
	}
	return 0;
}

int container_update_check(const json_t *host, const json_t *changes,
			   struct error *err)
{
	const json_t *policy = json_object_get(changes, "RestartPolicy");

	if (policy && strcmp(spec_string(policy, "Name"), "no") != 0 &&
	    json_is_true(json_object_get(host, "AutoRemove")))
		return error_set(err, ERROR_INVALID,
				 "Restart policy cannot be updated because "
				 "AutoRemove is enabled for the container");
	if (check_memory(host, changes, err) < 0)
		return -1;
	return check_cpu(host, changes, err);
}

/* No limit is said by leaving it out, but a group has to be told. */
static void lift_pids(const json_t *changes, json_t *resources)
{
	const json_t *pids = json_object_get(changes, "PidsLimit");

	if (pids && json_integer_value(pids) <= 0)
		(void)json_object_set_new(resources, "pids",
					  json_pack("{s:i}", "limit", -1));
}

static int set_group(const char *path, const json_t *resources,
		     struct error *err)
{
	autoclean(runtime_resources_release) struct runtime_resources parsed = {
		0
	};
	autoclean(cgroup_limits_release) struct cgroup_limits limits;
	autoclean(cgroup_close) struct cgroup *group = NULL;

	cgroup_limits_init(&limits);
	if (runtime_resources_parse(resources, &parsed, err) < 0 ||
	    cgroup_limits_take(&parsed, &limits, err) < 0 ||
	    cgroup_open(path, &group, err) < 0)
		return -1;
	return cgroup_set(group, &limits, err);
}

/* Before the group is changed: its monitor has to find all of it. */
static int leave_mark(const struct store *store,
		      const struct container *container, struct error *err)
{
	autofree char *path = xasprintf("containers/%s/" CONTAINER_UPDATED_MARK,
					container->id);
	autoclose int fd = openat(store->run_fd, path,
				  O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				  0600);

	return fd < 0 ? error_sys(err, errno, "make %s", path) : 0;
}

static int apply(const struct container_state *state, const json_t *host,
		 const json_t *changes, struct error *err)
{
	autoclean(jsonx_free) json_t *resources = NULL;

	if (!state->pid)
		return 0;
	/* a policy is no matter of the group's */
	if (json_object_size(changes) == 1 &&
	    json_object_get(changes, "RestartPolicy"))
		return 0;
	if (!state->cgroup)
		return error_set(
			err, ERROR_UNSUPPORTED,
			"the container has no control group "
			"(`imgctl system doctor` says how to get one)");
	if (spec_resources(host, &resources, err) < 0)
		return -1;
	lift_pids(changes, resources);
	return set_group(state->cgroup, resources, err);
}

int container_update(const struct store *store, struct container *container,
		     const json_t *changes, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_update_check(container->host_config, changes, err) < 0 ||
	    container_state_load(store, container, &state, err) < 0)
		return -1;
	if (state.pid && leave_mark(store, container, err) < 0)
		return -1;
	(void)json_object_update(container->host_config,
				 (json_t *)(uintptr_t)changes);
	if (apply(&state, container->host_config, changes, err) < 0 ||
	    container_save(container, err) < 0)
		return -1;
	container_event(store, container, "update");
	return 0;
}
