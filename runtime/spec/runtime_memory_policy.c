/* SPDX-License-Identifier: Apache-2.0 */
/* Modes, flags and nodes by name. */
#include "runtime/spec/runtime_memory_policy.h"

#include <string.h>

#include "base/jsonx.h"
#include "base/strvec.h"
#include "runtime/affinity.h"

struct named {
	const char *name;
	int value;
};

/* Numbers of linux/mempolicy.h, whose older editions lack some. */
static const struct named modes[] = {
	{ "MPOL_DEFAULT", 0 },
	{ "MPOL_PREFERRED", 1 },
	{ "MPOL_BIND", 2 },
	{ "MPOL_INTERLEAVE", 3 },
	{ "MPOL_LOCAL", 4 },
	{ "MPOL_PREFERRED_MANY", 5 },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 },
};

static const struct named flags[] = {
	{ "MPOL_F_NUMA_BALANCING", 1 << 13 },
	{ "MPOL_F_RELATIVE_NODES", 1 << 14 },
	{ "MPOL_F_STATIC_NODES", 1 << 15 },
};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

const char *runtime_memory_policy_mode(size_t index)
{
	return index < COUNT_OF(modes) ? modes[index].name : NULL;
}

const char *runtime_memory_policy_flag(size_t index)
{
	return index < COUNT_OF(flags) ? flags[index].name : NULL;
}

static int add_named(const struct named *rows, size_t count, const char *name,
		     int *out, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*out |= rows[i].value;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID, "\"%s\" is not known", name);
}

static int read_flags(const json_t *value, int *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (jsonx_opt_strings(value, "flags", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (add_named(flags, COUNT_OF(flags), names.items[i], out,
			      err) < 0)
			return error_wrap(err, "flags[%zu]", i);
	return 0;
}

static int read_nodes(const json_t *value, cpu_set_t *out, struct error *err)
{
	const char *text;

	CPU_ZERO(out);
	if (jsonx_opt_string(value, "nodes", "", &text, err) < 0)
		return -1;
	if (!*text || affinity_parse(text, out, err) == 0)
		return 0;
	error_release(err);
	return error_set(err, ERROR_INVALID,
			 "nodes: \"%s\" is not a list of nodes", text);
}

static int read_policy(const json_t *value, struct runtime_memory_policy *out,
		       struct error *err)
{
	const char *mode;

	if (jsonx_string(value, "mode", &mode, err) < 0)
		return -1;
	if (add_named(modes, COUNT_OF(modes), mode, &out->mode, err) < 0)
		return error_wrap(err, "mode");
	if (read_flags(value, &out->mode, err) < 0)
		return -1;
	return read_nodes(value, &out->nodes, err);
}

int runtime_memory_policy_parse(const json_t *section,
				struct runtime_memory_policy *out,
				struct error *err)
{
	json_t *value;

	*out = (struct runtime_memory_policy){ .is_set = false };
	if (jsonx_opt_object(section, "memoryPolicy", &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	out->is_set = true;
	if (read_policy(value, out, err) < 0)
		return error_wrap(err, "memoryPolicy");
	return 0;
}
