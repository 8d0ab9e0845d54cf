/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the resources object, one function for each of its members. */
#include "runtime/cgroup/cgroup_limits.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

enum { THROTTLES_MAX = 1024 };

/* One integer member: where it goes and what it may be. */
struct integer_member {
	const char *key;
	int64_t *out;
	int64_t min, max;
};

static int parse_integers(const json_t *object,
			  const struct integer_member *members, size_t count,
			  struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (jsonx_opt_integer(object, members[i].key, members[i].min,
				      members[i].max, members[i].out, err) < 0)
			return -1;
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int parse_memory(const json_t *memory, struct cgroup_limits *limits,
			struct error *err)
{
	struct integer_member members[] = {
		{ "limit", &limits->memory, -1, INT64_MAX },
		{ "swap", &limits->memory_swap, -1, INT64_MAX },
		{ "reservation", &limits->memory_reservation, -1, INT64_MAX },
		{ "swappiness", &limits->swappiness, 0, 100 },
	};

	if (parse_integers(memory, members, COUNT(members), err) < 0 ||
	    jsonx_opt_bool(memory, "disableOOMKiller",
			   &limits->oom_kill_disable, err) < 0)
		return -1;
	/* zero is how writers without pointers say "not asked for" */
	if (limits->memory == 0)
		limits->memory = CGROUP_UNSET;
	if (limits->memory_swap == 0)
		limits->memory_swap = CGROUP_UNSET;
	if (limits->memory_reservation == 0)
		limits->memory_reservation = CGROUP_UNSET;
	if (limits->memory > 0 && limits->memory_swap > 0 &&
	    limits->memory_swap < limits->memory)
		return error_set(err, ERROR_INVALID,
				 "memory and swap together (%lld) are less "
				 "than memory alone (%lld)",
				 (long long)limits->memory_swap,
				 (long long)limits->memory);
	return 0;
}

static int parse_string(const json_t *object, const char *key, char **out,
			struct error *err)
{
	const char *text;

	if (jsonx_opt_string(object, key, NULL, &text, err) < 0)
		return -1;
	if (text && *text)
		*out = xstrdup(text);
	return 0;
}

static int parse_cpu(const json_t *cpu, struct cgroup_limits *limits,
		     struct error *err)
{
	int64_t shares = 0, period = 0, burst = 0, realtime = 0;
	struct integer_member members[] = {
		{ "shares", &shares, 0, 262144 },
		{ "quota", &limits->cpu_quota, -1, INT64_MAX },
		{ "period", &period, 0, INT64_MAX },
		{ "burst", &burst, 0, INT64_MAX },
		{ "realtimeRuntime", &limits->realtime_runtime, -1, INT64_MAX },
		{ "realtimePeriod", &realtime, 0, INT64_MAX },
		{ "idle", &limits->cpu_idle, 0, 1 },
	};

	if (parse_integers(cpu, members, COUNT(members), err) < 0 ||
	    parse_string(cpu, "cpus", &limits->cpus, err) < 0 ||
	    parse_string(cpu, "mems", &limits->mems, err) < 0)
		return -1;
	limits->cpu_shares = (uint64_t)shares;
	limits->cpu_period = (uint64_t)period;
	limits->cpu_burst = (uint64_t)burst;
	limits->realtime_period = (uint64_t)realtime;
	if (limits->cpu_quota == 0)
		limits->cpu_quota = CGROUP_UNSET;
	return 0;
}

static int parse_pids(const json_t *pids, struct cgroup_limits *limits,
		      struct error *err)
{
	struct integer_member member = { "limit", &limits->pids, -1,
					 INT64_MAX };

	if (parse_integers(pids, &member, 1, err) < 0)
		return -1;
	if (limits->pids == 0)
		limits->pids = CGROUP_UNSET;
	return 0;
}

static int parse_throttle(const json_t *entry, enum cgroup_throttle_kind kind,
			  struct cgroup_limits *limits, struct error *err)
{
	bool is_weight = kind == CGROUP_THROTTLE_WEIGHT;
	int64_t major, minor, rate;
	struct cgroup_throttle *slot;

	if (!json_is_object(entry))
		return error_set(err, ERROR_INVALID, "not an object");
	if (jsonx_integer(entry, "major", 0, UINT32_MAX, &major, err) < 0 ||
	    jsonx_integer(entry, "minor", 0, UINT32_MAX, &minor, err) < 0)
		return -1;
	rate = 0; /* a weight entry may hold a leafWeight only */
	if (is_weight ? jsonx_opt_integer(entry, "weight", 10, 1000, &rate,
					  err) < 0
		      : jsonx_integer(entry, "rate", 0, INT64_MAX, &rate, err) <
				0)
		return -1;
	limits->throttles = xreallocarray(
		limits->throttles, limits->throttle_count + 1, sizeof(*slot));
	slot = &limits->throttles[limits->throttle_count++];
	slot->kind = kind;
	slot->major = (unsigned)major;
	slot->minor = (unsigned)minor;
	slot->rate = (uint64_t)rate;
	return 0;
}

static int parse_io(const json_t *io, struct cgroup_limits *limits,
		    struct error *err)
{
	static const struct {
		const char *key;
		enum cgroup_throttle_kind kind;
	} lists[] = {
		{ "throttleReadBpsDevice", CGROUP_THROTTLE_READ_BPS },
		{ "throttleWriteBpsDevice", CGROUP_THROTTLE_WRITE_BPS },
		{ "throttleReadIOPSDevice", CGROUP_THROTTLE_READ_IOPS },
		{ "throttleWriteIOPSDevice", CGROUP_THROTTLE_WRITE_IOPS },
		{ "weightDevice", CGROUP_THROTTLE_WEIGHT },
	};
	int64_t weight = 0;

	if (jsonx_opt_integer(io, "weight", 0, 1000, &weight, err) < 0)
		return -1;
	if (weight && weight < 10)
		return error_set(err, ERROR_INVALID,
				 "blkio weight %lld: not within 10 to 1000",
				 (long long)weight);
	limits->io_weight = (uint64_t)weight;
	for (size_t i = 0; i < COUNT(lists); i++) {
		json_t *list, *entry;
		size_t index;

		if (jsonx_opt_array(io, lists[i].key, &list, err) < 0)
			return -1;
		if (json_array_size(list) > THROTTLES_MAX)
			return error_set(err, ERROR_TOO_LARGE,
					 "%s: more than %d devices",
					 lists[i].key, THROTTLES_MAX);
		json_array_foreach(
			list, index,
			entry) if (parse_throttle(entry, lists[i].kind, limits,
						  err) <
				   0) return error_wrap(err, "%s[%zu]",
							lists[i].key, index);
	}
	return 0;
}

/* A page size becomes part of a file name, so it may hold no slash. */
static int parse_hugetlb(const json_t *list, struct cgroup_limits *limits,
			 struct error *err)
{
	size_t index;
	const json_t *entry;

	json_array_foreach((json_t *)(uintptr_t)list, index, entry)
	{
		const char *size;
		int64_t bytes;

		if (!json_is_object(entry))
			return error_set(err, ERROR_INVALID,
					 "hugepageLimits[%zu]: not an object",
					 index);
		if (jsonx_string(entry, "pageSize", &size, err) < 0 ||
		    jsonx_integer(entry, "limit", 0, INT64_MAX, &bytes, err) <
			    0)
			return error_wrap(err, "hugepageLimits[%zu]", index);
		if (size[strspn(size, "0123456789KMGTB")])
			return error_set(err, ERROR_INVALID, "page size \"%s\"",
					 size);
		strvec_add(&limits->hugetlb, size);
		strvec_addf(&limits->hugetlb, "%lld", (long long)bytes);
	}
	return 0;
}

static int parse_network(const json_t *network, struct cgroup_limits *limits,
			 struct error *err)
{
	struct integer_member member = { "classID", &limits->net_class, 0,
					 UINT32_MAX };
	json_t *list, *entry;
	size_t index;

	if (parse_integers(network, &member, 1, err) < 0 ||
	    jsonx_opt_array(network, "priorities", &list, err) < 0)
		return -1;
	json_array_foreach(list, index, entry)
	{
		const char *name;
		int64_t priority;

		if (!json_is_object(entry) ||
		    jsonx_string(entry, "name", &name, err) < 0 ||
		    jsonx_integer(entry, "priority", 0, UINT32_MAX, &priority,
				  err) < 0)
			return error_set(err, ERROR_INVALID,
					 "priorities[%zu]: want name and "
					 "priority",
					 index);
		strvec_addf(&limits->net_priorities, "%s %lld", name,
			    (long long)priority);
	}
	return 0;
}

static int parse_rdma(const json_t *rdma, struct cgroup_limits *limits,
		      struct error *err)
{
	const char *device;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)rdma, device, entry)
	{
		int64_t handles = -1, objects = -1;
		struct integer_member members[] = {
			{ "hcaHandles", &handles, 0, UINT32_MAX },
			{ "hcaObjects", &objects, 0, UINT32_MAX },
		};

		if (!json_is_object(entry) ||
		    parse_integers(entry, members, COUNT(members), err) < 0)
			return error_set(err, ERROR_INVALID, "rdma \"%s\"",
					 device);
		strvec_add(&limits->rdma, device);
		strvec_addf(&limits->rdma, "%s%.0lld%s%.0lld",
			    handles >= 0 ? "hca_handle=" : "",
			    handles >= 0 ? (long long)handles : 0,
			    objects >= 0 ? " hca_object=" : "",
			    objects >= 0 ? (long long)objects : 0);
	}
	return 0;
}

/*
 * The keys are names of files in the v2 group. A slash would name a file
 * elsewhere; "cgroup." files move processes, which is no limit.
 */
static int parse_unified(const json_t *unified, struct cgroup_limits *limits,
			 struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)unified, key, value)
	{
		if (!json_is_string(value))
			return error_set(err, ERROR_INVALID,
					 "unified \"%s\": not a string", key);
		if (strchr(key, '/') || !strchr(key, '.') || *key == '.' ||
		    strncmp(key, "cgroup.", 7) == 0)
			return error_set(err, ERROR_INVALID,
					 "unified \"%s\": not the file of a "
					 "controller",
					 key);
		strvec_add(&limits->unified, key);
		strvec_add(&limits->unified, json_string_value(value));
	}
	return 0;
}

static int parse_devices(const json_t *devices, struct cgroup_limits *limits,
			 struct error *err)
{
	limits->has_devices = true;
	return device_rules_parse(devices, &limits->devices, err);
}

/* The members of `resources` and who reads them. */
static const struct {
	const char *key;
	bool is_list;
	int (*parse)(const json_t *, struct cgroup_limits *, struct error *);
} members[] = {
	{ "memory", false, parse_memory },
	{ "cpu", false, parse_cpu },
	{ "pids", false, parse_pids },
	{ "blockIO", false, parse_io },
	{ "hugepageLimits", true, parse_hugetlb },
	{ "network", false, parse_network },
	{ "rdma", false, parse_rdma },
	{ "unified", false, parse_unified },
	{ "devices", true, parse_devices },
};

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

int cgroup_limits_parse(const json_t *resources, struct cgroup_limits *limits,
			struct error *err)
{
	if (!resources || json_is_null(resources))
		return 0;
	if (!json_is_object(resources))
		return error_set(err, ERROR_INVALID,
				 "resources: not an object");
	for (size_t i = 0; i < COUNT(members); i++) {
		json_t *value;

		if (members[i].is_list
			    ? jsonx_opt_array(resources, members[i].key, &value,
					      err) < 0
			    : jsonx_opt_object(resources, members[i].key,
					       &value, err) < 0)
			return error_wrap(err, "resources");
		if (value && members[i].parse(value, limits, err) < 0)
			return error_wrap(err, "resources: %s", members[i].key);
	}
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
