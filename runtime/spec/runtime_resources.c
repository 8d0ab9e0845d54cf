/* SPDX-License-Identifier: Apache-2.0 */
/* Reads `linux.resources`. */
#include "runtime/spec/runtime_resources.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/spec/spec_read.h"

/* A number of OBJECT and where it goes. */
struct number_row {
	const char *key;
	int64_t min;
	int64_t max;
	struct runtime_number *out;
};

static int read_numbers(const json_t *object, const struct number_row *rows,
			size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (spec_read_number(object, rows[i].key, rows[i].min,
				     rows[i].max, rows[i].out, err) < 0)
			return -1;
	return 0;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static int read_access(const char *text, unsigned *out, struct error *err)
{
	for (const char *at = text; *at; at++) {
		if (*at == 'r')
			*out |= RUNTIME_DEVICE_READ;
		else if (*at == 'w')
			*out |= RUNTIME_DEVICE_WRITE;
		else if (*at == 'm')
			*out |= RUNTIME_DEVICE_MKNOD;
		else
			return error_set(err, ERROR_INVALID,
					 "access: \"%s\" holds something else "
					 "than r, w and m",
					 text);
	}
	return 0;
}

static int read_device_rule(const json_t *value, void *item, struct error *err)
{
	struct runtime_device_rule *rule = item;
	const char *type;
	const char *access;

	rule->major = -1;
	rule->minor = -1;
	if (!json_is_boolean(json_object_get(value, "allow")))
		return error_set(err, ERROR_INVALID,
				 "allow: expected true or false");
	rule->is_allowed = json_is_true(json_object_get(value, "allow"));
	if (jsonx_opt_string(value, "type", "a", &type, err) < 0 ||
	    jsonx_opt_string(value, "access", "rwm", &access, err) < 0 ||
	    jsonx_opt_integer(value, "major", -1, UINT32_MAX, &rule->major,
			      err) < 0 ||
	    jsonx_opt_integer(value, "minor", -1, UINT32_MAX, &rule->minor,
			      err) < 0)
		return -1;
	if (!*type)
		type = "a";
	if (strcmp(type, "a") != 0 && strcmp(type, "b") != 0 &&
	    strcmp(type, "c") != 0)
		return error_set(err, ERROR_INVALID,
				 "type: \"%s\" is none of a, b, c", type);
	rule->type = type[0];
	return read_access(*access ? access : "rwm", &rule->access, err);
}

static int read_memory(const json_t *object, struct runtime_memory *out,
		       struct error *err)
{
	const struct number_row rows[] = {
		{ "limit", -1, INT64_MAX, &out->limit },
		{ "reservation", -1, INT64_MAX, &out->reservation },
		{ "swap", -1, INT64_MAX, &out->swap },
		{ "kernel", -1, INT64_MAX, &out->kernel },
		{ "kernelTCP", -1, INT64_MAX, &out->kernel_tcp },
		{ "swappiness", 0, 100, &out->swappiness },
	};

	if (read_numbers(object, rows, COUNT_OF(rows), err) < 0 ||
	    jsonx_opt_bool(object, "disableOOMKiller", &out->disable_oom_killer,
			   err) < 0 ||
	    jsonx_opt_bool(object, "checkBeforeUpdate",
			   &out->check_before_update, err) < 0)
		return error_wrap(err, "memory");
	return 0;
}

static int read_cpu(const json_t *object, struct runtime_cpu *out,
		    struct error *err)
{
	const struct number_row rows[] = {
		{ "shares", 0, INT64_MAX, &out->shares },
		{ "quota", INT64_MIN, INT64_MAX, &out->quota },
		{ "burst", 0, INT64_MAX, &out->burst },
		{ "period", 0, INT64_MAX, &out->period },
		{ "realtimeRuntime", INT64_MIN, INT64_MAX,
		  &out->realtime_runtime },
		{ "realtimePeriod", 0, INT64_MAX, &out->realtime_period },
		{ "idle", 0, 1, &out->idle },
	};

	if (read_numbers(object, rows, COUNT_OF(rows), err) < 0 ||
	    spec_read_text(object, "cpus", &out->cpus, err) < 0 ||
	    spec_read_text(object, "mems", &out->mems, err) < 0)
		return error_wrap(err, "cpu");
	return 0;
}

static int read_weight(const json_t *value, void *item, struct error *err)
{
	struct runtime_device_weight *weight = item;

	if (jsonx_integer(value, "major", 0, UINT32_MAX, &weight->major, err) <
		    0 ||
	    jsonx_integer(value, "minor", 0, UINT32_MAX, &weight->minor, err) <
		    0 ||
	    spec_read_number(value, "weight", 0, UINT16_MAX, &weight->weight,
			     err) < 0 ||
	    spec_read_number(value, "leafWeight", 0, UINT16_MAX,
			     &weight->leaf_weight, err) < 0)
		return -1;
	return 0;
}

static int read_rate(const json_t *value, void *item, struct error *err)
{
	struct runtime_device_rate *rate = item;
	int64_t number = 0;

	if (jsonx_integer(value, "major", 0, UINT32_MAX, &rate->major, err) <
		    0 ||
	    jsonx_integer(value, "minor", 0, UINT32_MAX, &rate->minor, err) <
		    0 ||
	    jsonx_integer(value, "rate", 0, INT64_MAX, &number, err) < 0)
		return -1;
	rate->rate = (uint64_t)number;
	return 0;
}

static int read_block_io(const json_t *object, struct runtime_block_io *out,
			 struct error *err)
{
	const struct {
		const char *key;
		struct runtime_device_rates *out;
	} rates[] = {
		{ "throttleReadBpsDevice", &out->read_bps },
		{ "throttleWriteBpsDevice", &out->write_bps },
		{ "throttleReadIOPSDevice", &out->read_iops },
		{ "throttleWriteIOPSDevice", &out->write_iops },
	};

	if (spec_read_number(object, "weight", 0, UINT16_MAX, &out->weight,
			     err) < 0 ||
	    spec_read_number(object, "leafWeight", 0, UINT16_MAX,
			     &out->leaf_weight, err) < 0 ||
	    SPEC_READ_ARRAY(object, "weightDevice", read_weight, &out->weights,
			    &out->weight_count, err) < 0)
		return error_wrap(err, "blockIO");
	for (size_t i = 0; i < COUNT_OF(rates); i++)
		if (SPEC_READ_ARRAY(object, rates[i].key, read_rate,
				    &rates[i].out->items, &rates[i].out->count,
				    err) < 0)
			return error_wrap(err, "blockIO");
	return 0;
}

static int read_hugepage(const json_t *value, void *item, struct error *err)
{
	struct runtime_hugepage *page = item;
	const char *size;
	int64_t limit = 0;

	if (jsonx_string(value, "pageSize", &size, err) < 0 ||
	    jsonx_integer(value, "limit", 0, INT64_MAX, &limit, err) < 0)
		return -1;
	/* it becomes part of a file's name: "hugetlb.2MB.max" */
	if (!*size || strspn(size, "0123456789KMGB") != strlen(size))
		return error_set(err, ERROR_INVALID,
				 "pageSize: \"%s\" is not a page size", size);
	page->size = xstrdup(size);
	page->limit = (uint64_t)limit;
	return 0;
}

static int read_priority(const json_t *value, void *item, struct error *err)
{
	struct runtime_pair *pair = item;
	const char *name;
	int64_t priority = 0;

	if (jsonx_string(value, "name", &name, err) < 0 ||
	    jsonx_integer(value, "priority", 0, UINT32_MAX, &priority, err) < 0)
		return -1;
	pair->key = xstrdup(name);
	pair->value = xasprintf("%lld", (long long)priority);
	return 0;
}

static int read_network(const json_t *object, struct runtime_resources *out,
			struct error *err)
{
	if (spec_read_number(object, "classID", 0, UINT32_MAX,
			     &out->network_class, err) < 0 ||
	    SPEC_READ_ARRAY(object, "priorities", read_priority,
			    &out->network_priorities,
			    &out->network_priority_count, err) < 0)
		return error_wrap(err, "network");
	return 0;
}

static int read_rdma(json_t *map, struct runtime_resources *out,
		     struct error *err)
{
	const char *name;
	json_t *value;

	if (!json_object_size(map))
		return 0;
	out->rdma = xcalloc(json_object_size(map), sizeof(*out->rdma));
	json_object_foreach(map, name, value)
	{
		struct runtime_rdma *rdma = &out->rdma[out->rdma_count++];

		rdma->device = xstrdup(name);
		if (!json_is_object(value))
			return error_set(err, ERROR_INVALID,
					 "rdma: %s: expected an object", name);
		if (spec_read_number(value, "hcaHandles", 0, UINT32_MAX,
				     &rdma->handles, err) < 0 ||
		    spec_read_number(value, "hcaObjects", 0, UINT32_MAX,
				     &rdma->objects, err) < 0)
			return error_wrap(err, "rdma: %s", name);
	}
	return 0;
}

/* The members of `resources` that are objects. */
struct sections {
	json_t *memory;
	json_t *cpu;
	json_t *pids;
	json_t *block_io;
	json_t *network;
	json_t *rdma;
};

static int find_sections(const json_t *object, struct sections *out,
			 struct error *err)
{
	const struct {
		const char *key;
		json_t **out;
	} rows[] = {
		{ "memory", &out->memory },   { "cpu", &out->cpu },
		{ "pids", &out->pids },	      { "blockIO", &out->block_io },
		{ "network", &out->network }, { "rdma", &out->rdma },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (jsonx_opt_object(object, rows[i].key, rows[i].out, err) < 0)
			return -1;
	return 0;
}

/* The v2 files of `unified` are names, never paths. */
static int check_unified(const struct runtime_resources *resources,
			 struct error *err)
{
	for (size_t i = 0; i < resources->unified_count; i++) {
		const char *key = resources->unified[i].key;

		if (!*key || strchr(key, '/'))
			return error_set(err, ERROR_INVALID,
					 "unified: \"%s\" is not a file name",
					 key);
	}
	return 0;
}

int runtime_resources_parse(const json_t *object, struct runtime_resources *out,
			    struct error *err)
{
	struct sections sections = { 0 };

	if (find_sections(object, &sections, err) < 0 ||
	    SPEC_READ_ARRAY(object, "devices", read_device_rule, &out->devices,
			    &out->device_count, err) < 0 ||
	    read_memory(sections.memory, &out->memory, err) < 0 ||
	    read_cpu(sections.cpu, &out->cpu, err) < 0 ||
	    read_block_io(sections.block_io, &out->block_io, err) < 0 ||
	    read_network(sections.network, out, err) < 0 ||
	    read_rdma(sections.rdma, out, err) < 0 ||
	    SPEC_READ_ARRAY(object, "hugepageLimits", read_hugepage,
			    &out->hugepages, &out->hugepage_count, err) < 0 ||
	    spec_read_pairs(object, "unified", &out->unified,
			    &out->unified_count, err) < 0 ||
	    check_unified(out, err) < 0)
		return -1;
	if (spec_read_number(sections.pids, "limit", INT64_MIN, INT64_MAX,
			     &out->pids_limit, err) < 0)
		return error_wrap(err, "pids");
	return 0;
}

void runtime_resources_release(struct runtime_resources *resources)
{
	struct runtime_block_io *block_io = &resources->block_io;

	free(resources->devices);
	free(resources->cpu.cpus);
	free(resources->cpu.mems);
	free(block_io->weights);
	free(block_io->read_bps.items);
	free(block_io->write_bps.items);
	free(block_io->read_iops.items);
	free(block_io->write_iops.items);
	for (size_t i = 0; i < resources->hugepage_count; i++)
		free(resources->hugepages[i].size);
	free(resources->hugepages);
	spec_free_pairs(resources->network_priorities,
			resources->network_priority_count);
	for (size_t i = 0; i < resources->rdma_count; i++)
		free(resources->rdma[i].device);
	free(resources->rdma);
	spec_free_pairs(resources->unified, resources->unified_count);
	*resources = (struct runtime_resources){ 0 };
}
