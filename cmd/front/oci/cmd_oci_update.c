/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imgctl oci update: every option is a member of `linux.resources`, so a table
 * says which, and what comes out is such a document.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/front/oci/oci_command.h"
#include "cmd/units.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_update.h"

struct update_options {
	const char *resources;
	const char *blkio_weight, *cpu_period, *cpu_quota, *cpu_burst;
	const char *cpu_share, *cpu_rt_period, *cpu_rt_runtime, *cpu_idle;
	const char *cpuset_cpus, *cpuset_mems;
	const char *memory, *memory_reservation, *memory_swap;
	const char *kernel_memory, *kernel_memory_tcp;
	const char *pids_limit;
	const char *l3_cache_schema, *mem_bw_schema;
};

#define VALUE(option, member, text)                                          \
	{                                                                    \
		option, 0, OPTION_STRING, OPTION_AT(update_options, member), \
			.help = text                                         \
	}

static const struct option_spec update_table[] = {
	VALUE("blkio-weight", blkio_weight, "Share of block I/O, 10 to 1000"),
	VALUE("cpu-burst", cpu_burst, "CPU time saved up, microseconds"),
	VALUE("cpu-idle", cpu_idle, "1: run when nobody else does"),
	VALUE("cpu-period", cpu_period, "CPU period, microseconds"),
	VALUE("cpu-quota", cpu_quota, "CPU time per period, microseconds"),
	VALUE("cpu-rt-period", cpu_rt_period, "Realtime period, microseconds"),
	VALUE("cpu-rt-runtime", cpu_rt_runtime,
	      "Realtime per period, microseconds"),
	VALUE("cpu-share", cpu_share, "Share of CPU time"),
	VALUE("cpuset-cpus", cpuset_cpus, "CPUs to use"),
	VALUE("cpuset-mems", cpuset_mems, "Memory nodes to use"),
	VALUE("kernel-memory", kernel_memory, "Accepted, without effect"),
	VALUE("kernel-memory-tcp", kernel_memory_tcp,
	      "Accepted, without effect"),
	{ "l3-cache-schema", 0, OPTION_STRING,
	  OPTION_AT(update_options, l3_cache_schema), .help = NULL },
	{ "mem-bw-schema", 0, OPTION_STRING,
	  OPTION_AT(update_options, mem_bw_schema), .help = NULL },
	VALUE("memory", memory, "Memory limit, bytes"),
	VALUE("memory-reservation", memory_reservation,
	      "Memory kept under pressure, bytes"),
	VALUE("memory-swap", memory_swap, "Memory and swap together, bytes"),
	VALUE("pids-limit", pids_limit, "Number of processes, -1: any"),
	{ "resources", 'r', OPTION_STRING, OPTION_AT(update_options, resources),
	  .help = "File of the resources, - for standard input",
	  .complete = OPTION_COMPLETE_FILE },
	{ 0 },
};

static const struct usage update_usage = {
	.arguments = "CONTAINER",
	.summary = "Change the limits of a container",
	.options = update_table,
	.least = 1,
	.most = 1,
};

enum value_kind { VALUE_NONE = 0, VALUE_NUMBER, VALUE_BYTES, VALUE_TEXT };

/* Where an option goes in the document. */
static const struct {
	size_t offset;
	enum value_kind kind;
	const char *section;
	const char *key;
} members[] = {
#define AT(member) offsetof(struct update_options, member)
	{ AT(blkio_weight), VALUE_NUMBER, "blockIO", "weight" },
	{ AT(cpu_period), VALUE_NUMBER, "cpu", "period" },
	{ AT(cpu_quota), VALUE_NUMBER, "cpu", "quota" },
	{ AT(cpu_burst), VALUE_NUMBER, "cpu", "burst" },
	{ AT(cpu_share), VALUE_NUMBER, "cpu", "shares" },
	{ AT(cpu_rt_period), VALUE_NUMBER, "cpu", "realtimePeriod" },
	{ AT(cpu_rt_runtime), VALUE_NUMBER, "cpu", "realtimeRuntime" },
	{ AT(cpu_idle), VALUE_NUMBER, "cpu", "idle" },
	{ AT(cpuset_cpus), VALUE_TEXT, "cpu", "cpus" },
	{ AT(cpuset_mems), VALUE_TEXT, "cpu", "mems" },
	{ AT(memory), VALUE_BYTES, "memory", "limit" },
	{ AT(memory_reservation), VALUE_BYTES, "memory", "reservation" },
	{ AT(memory_swap), VALUE_BYTES, "memory", "swap" },
	{ AT(kernel_memory), VALUE_BYTES, "memory", "kernel" },
	{ AT(kernel_memory_tcp), VALUE_BYTES, "memory", "kernelTCP" },
	{ AT(pids_limit), VALUE_NUMBER, "pids", "limit" },
#undef AT
};

enum { MEMBER_COUNT = sizeof(members) / sizeof(members[0]) };

static int make_value(enum value_kind kind, const char *text, json_t **out,
		      struct error *err)
{
	int64_t number = 0;

	if (kind == VALUE_TEXT) {
		*out = json_string(text);
		return 0;
	}
	if (kind == VALUE_BYTES && strcmp(text, "-1") != 0) {
		if (units_parse_size(text, &number, err) < 0)
			return -1;
	} else if (units_parse_integer(text, INT64_MIN, INT64_MAX, &number,
				       err) < 0) {
		return -1;
	}
	*out = json_integer(number);
	return 0;
}

static int add_member(size_t index, const char *text, json_t *out,
		      struct error *err)
{
	json_t *section = json_object_get(out, members[index].section);
	json_t *value = NULL;

	if (make_value(members[index].kind, text, &value, err) < 0)
		return error_wrap(err, "%s %s", members[index].section,
				  members[index].key);
	if (!section) {
		section = json_object();
		(void)json_object_set_new(out, members[index].section, section);
	}
	(void)json_object_set_new(section, members[index].key, value);
	return 0;
}

static int make_changes(const struct update_options *options, json_t *out,
			struct error *err)
{
	if (options->l3_cache_schema || options->mem_bw_schema)
		return error_set(err, ERROR_UNSUPPORTED,
				 "Intel RDT is not supported");
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		const char *text =
			*(const char *const *)(const void *)((const char *)
								     options +
							     members[i].offset);

		if (text && *text && add_member(i, text, out, err) < 0)
			return -1;
	}
	/* without a limit on memory there is none on swap either */
	if (options->memory && strcmp(options->memory, "-1") == 0 &&
	    !options->memory_swap)
		(void)json_object_set_new(json_object_get(out, "memory"),
					  "swap", json_integer(-1));
	return 0;
}

static int read_changes(const char *path, json_t **out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(OCI_CONFIG_MAX);

	if (strcmp(path, "-") != 0)
		return jsonx_read(AT_FDCWD, path, OCI_CONFIG_MAX, out, err);
	if (fs_read_fd(STDIN_FILENO, OCI_CONFIG_MAX, &text, err) < 0)
		return -1;
	return jsonx_parse(text.text, text.length, "resources", out, err);
}

int cmd_oci_update(struct oci_call *call, struct error *err)
{
	struct update_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &update_usage,
		.target = &options,
	};
	autoclean(jsonx_free) json_t *changes = NULL;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (options.resources) {
		if (read_changes(options.resources, &changes, err) < 0)
			return -1;
	} else {
		changes = json_object();
		if (make_changes(&options, changes, err) < 0)
			return -1;
	}
	if (!json_is_object(changes))
		return error_set(err, ERROR_INVALID,
				 "resources: expected an object");
	return oci_update(call->root, usage.result.operands[0], changes, err);
}
