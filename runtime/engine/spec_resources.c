/* SPDX-License-Identifier: Apache-2.0 */
/* The resources of a specification: limits and device rules. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/engine/spec_parts.h"

enum { CPU_PERIOD = 100000 }; /* microseconds, docker's for --cpus */

static void set_number(json_t *object, const char *key, json_int_t value)
{
	if (value)
		(void)json_object_set_new(object, key, json_integer(value));
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (*value)
		(void)json_object_set_new(object, key, json_string(value));
}

/* Sets KEY of RESOURCES to PART, or drops an empty part. */
static void set_part(json_t *resources, const char *key, json_t *part)
{
	if (json_object_size(part))
		(void)json_object_set_new(resources, key, part);
	else
		json_decref(part);
}

/* docker gives as much swap as memory when only memory is limited. */
static json_int_t swap_of(json_int_t limit, json_int_t swap)
{
	if (swap)
		return swap;
	return limit > INT64_MAX / 2 ? INT64_MAX : limit * 2;
}

static json_t *make_memory(const json_t *host)
{
	json_t *memory = json_object();
	json_int_t limit = spec_integer(host, "Memory");
	const json_t *swappiness = json_object_get(host, "MemorySwappiness");

	set_number(memory, "limit", limit);
	set_number(memory, "reservation",
		   spec_integer(host, "MemoryReservation"));
	set_number(memory, "swap",
		   swap_of(limit, spec_integer(host, "MemorySwap")));
	if (json_is_integer(swappiness) && json_integer_value(swappiness) >= 0)
		(void)json_object_set_new(
			memory, "swappiness",
			json_integer(json_integer_value(swappiness)));
	if (json_is_true(json_object_get(host, "OomKillDisable")))
		(void)json_object_set_new(memory, "disableOOMKiller",
					  json_true());
	return memory;
}

static json_t *make_cpu(const json_t *host)
{
	json_t *cpu = json_object();
	json_int_t nano = spec_integer(host, "NanoCpus");

	set_number(cpu, "shares", spec_integer(host, "CpuShares"));
	set_number(cpu, "quota", spec_integer(host, "CpuQuota"));
	set_number(cpu, "period", spec_integer(host, "CpuPeriod"));
	if (nano) {
		/* billionths of a processor to microseconds of a period */
		set_number(cpu, "quota", nano / (1000000000 / CPU_PERIOD));
		set_number(cpu, "period", CPU_PERIOD);
	}
	set_number(cpu, "realtimeRuntime",
		   spec_integer(host, "CpuRealtimeRuntime"));
	set_number(cpu, "realtimePeriod",
		   spec_integer(host, "CpuRealtimePeriod"));
	set_text(cpu, "cpus", spec_string(host, "CpusetCpus"));
	set_text(cpu, "mems", spec_string(host, "CpusetMems"));
	return cpu;
}

/* Weights: [{Node: {major, minor}, Weight}], resolved at creation. */
static void add_weights(const json_t *host, json_t *block)
{
	const json_t *given = json_object_get(host, "BlkioWeightDevice");
	json_t *list = json_array();
	const json_t *entry;
	size_t index;

	json_array_foreach(given, index, entry)
	{
		const json_t *node = json_object_get(entry, "Node");

		(void)json_array_append_new(
			list, json_pack("{s:I,s:I,s:I}", "major",
					spec_integer(node, "major"), "minor",
					spec_integer(node, "minor"), "weight",
					spec_integer(entry, "Weight")));
	}
	if (json_array_size(list))
		(void)json_object_set_new(block, "weightDevice", list);
	else
		json_decref(list);
}

/* Rates: [{Node: {major, minor}, Rate}], resolved at creation. */
static void add_throttle(const json_t *host, const char *docker_key,
			 const char *key, json_t *block)
{
	const json_t *given = json_object_get(host, docker_key);
	json_t *list = json_array();
	const json_t *entry;
	size_t index;

	json_array_foreach(given, index, entry)
	{
		const json_t *node = json_object_get(entry, "Node");

		(void)json_array_append_new(
			list, json_pack("{s:I,s:I,s:I}", "major",
					spec_integer(node, "major"), "minor",
					spec_integer(node, "minor"), "rate",
					spec_integer(entry, "Rate")));
	}
	if (json_array_size(list))
		(void)json_object_set_new(block, key, list);
	else
		json_decref(list);
}

static json_t *make_block(const json_t *host)
{
	json_t *block = json_object();

	set_number(block, "weight", spec_integer(host, "BlkioWeight"));
	add_weights(host, block);
	add_throttle(host, "BlkioDeviceReadBps", "throttleReadBpsDevice",
		     block);
	add_throttle(host, "BlkioDeviceWriteBps", "throttleWriteBpsDevice",
		     block);
	add_throttle(host, "BlkioDeviceReadIOps", "throttleReadIOPSDevice",
		     block);
	add_throttle(host, "BlkioDeviceWriteIOps", "throttleWriteIOPSDevice",
		     block);
	return block;
}

static void allow(json_t *rules, const char *type, json_int_t major,
		  json_int_t minor)
{
	json_t *rule = json_pack("{s:b,s:s,s:s}", "allow", 1, "type", type,
				 "access", "rwm");

	(void)json_object_set_new(rule, "major", json_integer(major));
	if (minor >= 0)
		(void)json_object_set_new(rule, "minor", json_integer(minor));
	(void)json_array_append_new(rules, rule);
}

/* "c 10:200 rwm" of --device-cgroup-rule; checked when it was given. */
static void add_rule(const char *text, json_t *rules)
{
	char type[2] = "";
	char access[4] = "";
	char major[12] = "";
	char minor[12] = "";
	json_t *rule;

	if (sscanf(text, "%1[abc] %11[0-9*]:%11[0-9*] %3[rwm]", type, major,
		   minor, access) != 4)
		return;
	rule = json_pack("{s:b,s:s,s:s}", "allow", 1, "type", type, "access",
			 access);
	if (major[0] != '*')
		(void)json_object_set_new(
			rule, "major", json_integer(strtoll(major, NULL, 10)));
	if (minor[0] != '*')
		(void)json_object_set_new(
			rule, "minor", json_integer(strtoll(minor, NULL, 10)));
	(void)json_array_append_new(rules, rule);
}

static void add_asked_rules(const json_t *host, json_t *rules)
{
	const json_t *devices = json_object_get(host, "Devices");
	const json_t *texts = json_object_get(host, "DeviceCgroupRules");
	const json_t *entry;
	size_t index;

	json_array_foreach(devices, index, entry)
	{
		const json_t *node = json_object_get(entry, "Node");

		(void)json_array_append_new(
			rules,
			json_pack("{s:b,s:s,s:I,s:I,s:s}", "allow", 1, "type",
				  spec_string(node, "type"), "major",
				  spec_integer(node, "major"), "minor",
				  spec_integer(node, "minor"), "access",
				  spec_string(entry, "CgroupPermissions")));
	}
	json_array_foreach(texts, index, entry)
		add_rule(json_string_value(entry), rules);
}

/* security.md 4.5: everything is refused but making nodes and this list. */
static json_t *make_device_rules(const json_t *host)
{
	static const struct {
		json_int_t major, minor;
	} nodes[] = {
		{ 1, 3 },    { 1, 5 },	  { 1, 7 }, { 1, 8 },
		{ 1, 9 },    { 5, 0 },	  { 5, 1 }, { 5, 2 },
		{ 136, -1 }, { 10, 200 }, /* tun, useless without CAP_NET_ADMIN
					   */
	};
	json_t *rules = json_array();

	if (json_is_true(json_object_get(host, "Privileged"))) {
		(void)json_array_append_new(
			rules, json_pack("{s:b,s:s,s:s}", "allow", 1, "type",
					 "a", "access", "rwm"));
		return rules;
	}
	(void)json_array_append_new(rules,
				    json_pack("{s:b,s:s,s:s}", "allow", 0,
					      "type", "a", "access", "rwm"));
	(void)json_array_append_new(rules,
				    json_pack("{s:b,s:s,s:s}", "allow", 1,
					      "type", "c", "access", "m"));
	(void)json_array_append_new(rules,
				    json_pack("{s:b,s:s,s:s}", "allow", 1,
					      "type", "b", "access", "m"));
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		allow(rules, "c", nodes[i].major, nodes[i].minor);
	/* fuse, as moby says it: stays refused whatever is added above */
	(void)json_array_append_new(rules,
				    json_pack("{s:b,s:s,s:i,s:i,s:s}", "allow",
					      0, "type", "c", "major", 10,
					      "minor", 229, "access", "rwm"));
	add_asked_rules(host, rules);
	return rules;
}

int spec_resources(const json_t *host_config, json_t **out, struct error *err)
{
	const json_t *pids = json_object_get(host_config, "PidsLimit");
	json_t *resources = json_object();

	if (pids && !json_is_integer(pids) && !json_is_null(pids)) {
		json_decref(resources);
		return error_set(err, ERROR_INVALID, "PidsLimit: no number");
	}
	set_part(resources, "memory", make_memory(host_config));
	set_part(resources, "cpu", make_cpu(host_config));
	set_part(resources, "blockIO", make_block(host_config));
	if (pids && json_integer_value(pids) > 0)
		(void)json_object_set_new(
			resources, "pids",
			json_pack("{s:I}", "limit", json_integer_value(pids)));
	(void)json_object_set_new(resources, "devices",
				  make_device_rules(host_config));
	*out = resources;
	return 0;
}
