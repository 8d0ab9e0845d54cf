/* SPDX-License-Identifier: Apache-2.0 */
/* Reads `process`. */
#include "runtime/spec/runtime_process.h"

#include <linux/ioprio.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/rlimits.h"
#include "runtime/spec/spec_read.h"

/* A name and the number the kernel has for it. */
struct named_number {
	const char *name;
	uint32_t number;
};

static const struct named_number policies[] = {
	{ "SCHED_OTHER", SCHED_OTHER }, { "SCHED_FIFO", SCHED_FIFO },
	{ "SCHED_RR", SCHED_RR },	{ "SCHED_BATCH", SCHED_BATCH },
	{ "SCHED_IDLE", SCHED_IDLE },	{ "SCHED_DEADLINE", 6 },
};

static const struct named_number scheduler_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },
	{ "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

static const struct named_number io_classes[] = {
	{ "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT },
	{ "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static int find_name(const struct named_number *rows, size_t count,
		     const char *name, uint32_t *out, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0) {
			*out = rows[i].number;
			return 0;
		}
	return error_set(err, ERROR_INVALID, "\"%s\" is not known", name);
}

static int read_groups(const json_t *user, struct runtime_process *out,
		       struct error *err)
{
	json_t *array;
	json_t *value;
	size_t index;

	if (jsonx_opt_array(user, "additionalGids", &array, err) < 0)
		return -1;
	if (!json_array_size(array))
		return 0;
	out->groups = xcalloc(json_array_size(array), sizeof(*out->groups));
	json_array_foreach(array, index, value)
	{
		json_int_t id = json_is_integer(value)
					? json_integer_value(value)
					: -1;

		if (id < 0 || id >= UINT32_MAX)
			return error_set(err, ERROR_INVALID,
					 "additionalGids[%zu]: expected a "
					 "group id",
					 index);
		out->groups[out->group_count++] = (uint32_t)id;
	}
	return 0;
}

/* 4294967295 is (uid_t)-1, "leave it as it is" to the kernel: no id at all. */
static int read_id(const json_t *user, const char *key, uint32_t *out,
		   struct error *err)
{
	int64_t id = 0;

	if (jsonx_opt_integer(user, key, 0, UINT32_MAX - 1, &id, err) < 0)
		return -1;
	*out = (uint32_t)id;
	return 0;
}

static int read_user(const json_t *object, struct runtime_process *out,
		     struct error *err)
{
	json_t *user;

	if (jsonx_opt_object(object, "user", &user, err) < 0)
		return -1;
	if (read_id(user, "uid", &out->uid, err) < 0 ||
	    read_id(user, "gid", &out->gid, err) < 0 ||
	    spec_read_number(user, "umask", 0, 0777, &out->umask, err) < 0 ||
	    read_groups(user, out, err) < 0)
		return error_wrap(err, "user");
	return 0;
}

static int read_console(const json_t *object, struct runtime_process *out,
			struct error *err)
{
	json_t *size;

	if (jsonx_opt_bool(object, "terminal", &out->terminal, err) < 0 ||
	    jsonx_opt_object(object, "consoleSize", &size, err) < 0)
		return -1;
	if (spec_read_number(size, "height", 0, UINT16_MAX,
			     &out->console_height, err) < 0 ||
	    spec_read_number(size, "width", 0, UINT16_MAX, &out->console_width,
			     err) < 0)
		return error_wrap(err, "consoleSize");
	return 0;
}

static int read_program(const json_t *object, struct runtime_process *out,
			struct error *err)
{
	if (jsonx_opt_strings(object, "args", &out->args, err) < 0 ||
	    jsonx_opt_strings(object, "env", &out->env, err) < 0 ||
	    spec_read_path(object, "cwd", &out->cwd, err) < 0)
		return -1;
	if (!out->args.count)
		return error_set(err, ERROR_INVALID,
				 "args: there is no program to run");
	for (size_t i = 0; i < out->env.count; i++)
		if (!strchr(out->env.items[i], '='))
			return error_set(err, ERROR_INVALID,
					 "env[%zu]: \"%s\" has no \"=\"", i,
					 out->env.items[i]);
	return 0;
}

/* The spec wants unmappable names to be warned of, not refused. */
static int read_capability_set(const json_t *object, const char *key,
			       uint64_t *out, struct strvec *unknown,
			       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (jsonx_opt_strings(object, key, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		unsigned capability;

		if (caps_from_name(names.items[i], &capability))
			*out |= CAPS_BIT(capability);
		else if (!strvec_has(unknown, names.items[i]))
			strvec_add(unknown, names.items[i]);
	}
	return 0;
}

static int read_capabilities(const json_t *object, struct runtime_process *out,
			     struct error *err)
{
	struct runtime_capabilities *sets = &out->capabilities;
	const struct {
		const char *key;
		uint64_t *out;
	} rows[] = {
		{ "bounding", &sets->bounding },
		{ "effective", &sets->effective },
		{ "inheritable", &sets->inheritable },
		{ "permitted", &sets->permitted },
		{ "ambient", &sets->ambient },
	};
	json_t *capabilities;

	if (jsonx_opt_object(object, "capabilities", &capabilities, err) < 0)
		return -1;
	sets->is_set = capabilities;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (read_capability_set(capabilities, rows[i].key, rows[i].out,
					&out->unknown_capabilities, err) < 0)
			return error_wrap(err, "capabilities");
	return 0;
}

/*
 * RLIM_INFINITY is 2^64-1, more than jansson's integers hold: such a document
 * reaches us with a real in its place. -1, the same bits, is taken too.
 */
static int read_limit(const json_t *value, const char *key, uint64_t *out,
		      struct error *err)
{
	const json_t *number = json_object_get(value, key);

	if (json_is_real(number) && json_real_value(number) >= 0x1p63) {
		*out = RLIM_INFINITY;
		return 0;
	}
	if (!json_is_integer(number) || json_integer_value(number) < -1)
		return error_set(err, ERROR_INVALID,
				 "%s: expected an integer of 0 or more", key);
	*out = (uint64_t)json_integer_value(number);
	return 0;
}

static int read_rlimit(const json_t *value, void *item, struct error *err)
{
	struct runtime_rlimit *limit = item;
	const char *type;

	if (jsonx_string(value, "type", &type, err) < 0 ||
	    read_limit(value, "soft", &limit->soft, err) < 0 ||
	    read_limit(value, "hard", &limit->hard, err) < 0)
		return -1;
	if (strncmp(type, "RLIMIT_", 7) != 0 ||
	    !rlimits_from_name(type, &limit->resource))
		return error_set(err, ERROR_INVALID,
				 "type: \"%s\" is not a resource limit", type);
	if (limit->soft > limit->hard)
		return error_set(err, ERROR_INVALID,
				 "the soft limit is above the hard one");
	return 0;
}

static int read_rlimits(const json_t *object, struct runtime_process *out,
			struct error *err)
{
	uint32_t seen = 0;

	if (SPEC_READ_ARRAY(object, "rlimits", read_rlimit, &out->rlimits,
			    &out->rlimit_count, err) < 0)
		return -1;
	for (size_t i = 0; i < out->rlimit_count; i++) {
		uint32_t bit = UINT32_C(1) << out->rlimits[i].resource;

		if (seen & bit)
			return error_set(
				err, ERROR_INVALID,
				"rlimits: %s is given twice",
				rlimits_name(out->rlimits[i].resource));
		seen |= bit;
	}
	return 0;
}

static int read_io_priority(const json_t *object, struct runtime_process *out,
			    struct error *err)
{
	int64_t priority = 0;
	uint32_t class = 0;
	const char *name;
	json_t *value;

	if (jsonx_opt_object(object, "ioPriority", &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	if (jsonx_string(value, "class", &name, err) < 0 ||
	    find_name(io_classes, COUNT_OF(io_classes), name, &class, err) <
		    0 ||
	    jsonx_opt_integer(value, "priority", 0, 7, &priority, err) < 0)
		return error_wrap(err, "ioPriority");
	out->io_priority.is_set = true;
	out->io_priority.value = (int64_t) class << IOPRIO_CLASS_SHIFT |
				 priority;
	return 0;
}

static int read_scheduler_flags(const json_t *value,
				struct runtime_scheduler *out,
				struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (jsonx_opt_strings(value, "flags", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		uint32_t flag = 0;

		if (find_name(scheduler_flags, COUNT_OF(scheduler_flags),
			      names.items[i], &flag, err) < 0)
			return error_wrap(err, "flags[%zu]", i);
		out->flags |= flag;
	}
	return 0;
}

static int read_scheduler(const json_t *object, struct runtime_process *process,
			  struct error *err)
{
	struct runtime_scheduler *out = &process->scheduler;
	int64_t nice = 0;
	int64_t times[3] = { 0 };
	const char *policy;
	json_t *value;

	if (jsonx_opt_object(object, "scheduler", &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	if (jsonx_string(value, "policy", &policy, err) < 0 ||
	    find_name(policies, COUNT_OF(policies), policy, &out->policy, err) <
		    0 ||
	    jsonx_opt_integer(value, "nice", -20, 19, &nice, err) < 0 ||
	    spec_read_u32(value, "priority", &out->priority, err) < 0 ||
	    jsonx_opt_integer(value, "runtime", 0, INT64_MAX, &times[0], err) <
		    0 ||
	    jsonx_opt_integer(value, "deadline", 0, INT64_MAX, &times[1], err) <
		    0 ||
	    jsonx_opt_integer(value, "period", 0, INT64_MAX, &times[2], err) <
		    0 ||
	    read_scheduler_flags(value, out, err) < 0)
		return error_wrap(err, "scheduler");
	out->is_set = true;
	out->nice = (int32_t)nice;
	out->runtime = (uint64_t)times[0];
	out->deadline = (uint64_t)times[1];
	out->period = (uint64_t)times[2];
	return 0;
}

static int read_affinity(const json_t *object, struct runtime_process *out,
			 struct error *err)
{
	json_t *value;

	if (jsonx_opt_object(object, "execCPUAffinity", &value, err) < 0)
		return -1;
	if (spec_read_text(value, "initial", &out->initial_affinity, err) < 0 ||
	    spec_read_text(value, "final", &out->final_affinity, err) < 0)
		return error_wrap(err, "execCPUAffinity");
	return 0;
}

int runtime_process_parse(const json_t *object, struct runtime_process *out,
			  struct error *err)
{
	if (read_console(object, out, err) < 0 ||
	    read_user(object, out, err) < 0 ||
	    read_program(object, out, err) < 0 ||
	    read_capabilities(object, out, err) < 0 ||
	    read_rlimits(object, out, err) < 0 ||
	    jsonx_opt_bool(object, "noNewPrivileges", &out->no_new_privileges,
			   err) < 0 ||
	    spec_read_text(object, "apparmorProfile", &out->apparmor_profile,
			   err) < 0 ||
	    spec_read_text(object, "selinuxLabel", &out->selinux_label, err) <
		    0 ||
	    spec_read_number(object, "oomScoreAdj", -1000, 1000,
			     &out->oom_score_adj, err) < 0 ||
	    read_io_priority(object, out, err) < 0 ||
	    read_scheduler(object, out, err) < 0 ||
	    read_affinity(object, out, err) < 0)
		return -1;
	return 0;
}

void runtime_process_release(struct runtime_process *process)
{
	free(process->groups);
	strvec_release(&process->args);
	strvec_release(&process->env);
	free(process->cwd);
	strvec_release(&process->unknown_capabilities);
	free(process->rlimits);
	free(process->apparmor_profile);
	free(process->selinux_label);
	free(process->initial_affinity);
	free(process->final_affinity);
	*process = (struct runtime_process){ 0 };
}
