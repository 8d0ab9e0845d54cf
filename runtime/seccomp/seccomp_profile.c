/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads profiles:
 *   { defaultAction, defaultErrnoRet, architectures | archMap, flags,
 *     listenerPath, listenerMetadata,
 *     syscalls: [ { names | name, action, errnoRet,
 *                   args: [ { index, value, valueTwo, op } ],
 *                   includes | excludes: { caps, arches, minKernel } } ] }
 */
#include "runtime/seccomp/seccomp_profile.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/strvec.h"
#include "runtime/caps.h"

enum {
	RULES_MAX = 16384, /* a full profile has under a thousand */
	ERRNO_MAX = 4095,  /* the kernel's own limit */
};

/* Newer than Debian 12's <linux/seccomp.h>. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static const struct {
	const char *name;
	uint32_t action;
	bool has_data; /* carries an errno, or a tracer's message */
} actions[] = {
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, false },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, true },
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, false },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, false },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP, false },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE, true },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG, false },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF, false },
};

static const struct {
	const char *name;
	enum seccomp_compare compare;
} comparisons[] = {
	{ "SCMP_CMP_NE", SECCOMP_NOT_EQUAL },
	{ "SCMP_CMP_LT", SECCOMP_LESS },
	{ "SCMP_CMP_LE", SECCOMP_LESS_OR_EQUAL },
	{ "SCMP_CMP_EQ", SECCOMP_EQUAL },
	{ "SCMP_CMP_GE", SECCOMP_GREATER_OR_EQUAL },
	{ "SCMP_CMP_GT", SECCOMP_GREATER },
	{ "SCMP_CMP_MASKED_EQ", SECCOMP_MASKED_EQUAL },
};

static const struct {
	const char *name;
	unsigned flag;
} flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The action called NAME with DATA, an errno, where it takes one. */
static int parse_action(const char *name, int64_t data, uint32_t *out,
			struct error *err)
{
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strcmp(name, actions[i].name) != 0)
			continue;
		*out = actions[i].action;
		if (actions[i].has_data)
			*out |= (uint32_t)data;
		return 0;
	}
	return error_set(err, ERROR_INVALID, "unknown action \"%s\"", name);
}

static int parse_condition(const json_t *object, struct seccomp_condition *out,
			   struct error *err)
{
	int64_t index, value, second = 0;
	const char *name;

	if (!json_is_object(object))
		return error_set(err, ERROR_INVALID, "not an object");
	if (jsonx_integer(object, "index", 0, 5, &index, err) < 0 ||
	    jsonx_integer(object, "value", INT64_MIN, INT64_MAX, &value, err) <
		    0 ||
	    jsonx_opt_integer(object, "valueTwo", INT64_MIN, INT64_MAX, &second,
			      err) < 0 ||
	    jsonx_string(object, "op", &name, err) < 0)
		return -1;
	out->index = (unsigned)index;
	out->value = (uint64_t)value;
	out->second = (uint64_t)second;
	for (size_t i = 0; i < COUNT(comparisons); i++) {
		if (strcmp(name, comparisons[i].name) == 0) {
			out->compare = comparisons[i].compare;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID, "unknown comparison \"%s\"", name);
}

/* The conditions of one entry. */
struct condition_list {
	struct seccomp_condition items[64];
	size_t count;
	bool is_any; /* one argument is compared twice: any may hold */
};

static int parse_conditions(const json_t *args, struct condition_list *out,
			    struct error *err)
{
	unsigned seen = 0;
	json_t *entry;
	size_t index;

	out->count = 0;
	out->is_any = false;
	if (json_array_size(args) > COUNT(out->items))
		return error_set(err, ERROR_TOO_LARGE,
				 "args: more than %zu comparisons",
				 COUNT(out->items));
	json_array_foreach((json_t *)(uintptr_t)args, index, entry)
	{
		struct seccomp_condition *it = &out->items[out->count++];

		if (parse_condition(entry, it, err) < 0)
			return error_wrap(err, "args[%zu]", index);
		out->is_any = out->is_any || (seen & (1U << it->index));
		seen |= 1U << it->index;
	}
	return 0;
}

/* What `includes` or `excludes` asks about. */
struct gate {
	struct strvec caps, arches;
	const char *kernel; /* "4.8", or NULL */
};

static void gate_release(struct gate *gate)
{
	strvec_release(&gate->caps);
	strvec_release(&gate->arches);
}
DEFINE_CLEANUP(struct gate, gate_release)

static int parse_gate(const json_t *entry, const char *key, struct gate *out,
		      struct error *err)
{
	json_t *object;

	if (jsonx_opt_object(entry, key, &object, err) < 0)
		return -1;
	if (object &&
	    (jsonx_opt_strings(object, "caps", &out->caps, err) < 0 ||
	     jsonx_opt_strings(object, "arches", &out->arches, err) < 0 ||
	     jsonx_opt_string(object, "minKernel", NULL, &out->kernel, err) <
		     0))
		return error_wrap(err, "%s", key);
	return 0;
}

static bool has_capability(const struct seccomp_context *context,
			   const char *name)
{
	unsigned capability;

	return caps_from_name(name, &capability) &&
	       (context->capabilities & CAPS_BIT(capability));
}

/* Docker's profiles say "x86" and "x32" where Go says "386" and "amd64p32". */
static bool is_arch(const struct seccomp_context *context, const char *name)
{
	return strcmp(name, seccomp_arch_name(context->arch)) == 0 ||
	       (context->arch == SECCOMP_ARCH_X86 &&
		strcmp(name, "x86") == 0) ||
	       (context->arch == SECCOMP_ARCH_X32 && strcmp(name, "x32") == 0);
}

static bool has_arch(const struct seccomp_context *context,
		     const struct strvec *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (is_arch(context, names->items[i]))
			return true;
	return false;
}

static int has_kernel(const struct seccomp_context *context, const char *text,
		      bool *out, struct error *err)
{
	unsigned major, minor;
	char rest;

	if (sscanf(text, "%3u.%3u%c", &major, &minor, &rest) != 2)
		return error_set(err, ERROR_INVALID, "minKernel \"%s\"", text);
	*out = context->kernel_major > major ||
	       (context->kernel_major == major &&
		context->kernel_minor >= minor);
	return 0;
}

/*
 * Whether ENTRY is meant for CONTEXT: all included capabilities held, none of
 * the excluded; one of the included architectures, none of the excluded.
 */
static int is_meant(const json_t *entry, const struct seccomp_context *context,
		    bool *out, struct error *err)
{
	autoclean(gate_release) struct gate with = { STRVEC_INIT, STRVEC_INIT,
						     NULL };
	autoclean(gate_release) struct gate without = { STRVEC_INIT,
							STRVEC_INIT, NULL };
	bool is_new = true, is_too_new = false;

	if (parse_gate(entry, "includes", &with, err) < 0 ||
	    parse_gate(entry, "excludes", &without, err) < 0 ||
	    (with.kernel &&
	     has_kernel(context, with.kernel, &is_new, err) < 0) ||
	    (without.kernel &&
	     has_kernel(context, without.kernel, &is_too_new, err) < 0))
		return -1;
	*out = is_new && !is_too_new && !has_arch(context, &without.arches) &&
	       (!with.arches.count || has_arch(context, &with.arches));
	for (size_t i = 0; i < with.caps.count; i++)
		*out = *out && has_capability(context, with.caps.items[i]);
	for (size_t i = 0; i < without.caps.count; i++)
		*out = *out && !has_capability(context, without.caps.items[i]);
	return 0;
}

static int add_rule(struct seccomp_profile *profile, const char *name,
		    uint32_t action, const struct condition_list *conditions,
		    struct error *err)
{
	int row = seccomp_syscall_find(name, strlen(name));

	if (row < 0)
		return 0;
	if (profile->rule_count >= RULES_MAX)
		return error_set(err, ERROR_TOO_LARGE, "more than %d rules",
				 RULES_MAX);
	if (!conditions->is_any) {
		seccomp_profile_add(profile, (size_t)row, action,
				    conditions->items, conditions->count);
		return 0;
	}
	for (size_t i = 0; i < conditions->count; i++)
		seccomp_profile_add(profile, (size_t)row, action,
				    &conditions->items[i], 1);
	return 0;
}

static int parse_names(const json_t *entry, struct strvec *out,
		       struct error *err)
{
	const char *name;

	if (jsonx_opt_string(entry, "name", NULL, &name, err) < 0 ||
	    jsonx_opt_strings(entry, "names", out, err) < 0)
		return -1;
	if (name && *name && out->count)
		return error_set(err, ERROR_INVALID,
				 "both \"name\" and \"names\" are given");
	if (name && *name)
		strvec_add(out, name);
	return 0;
}

static int parse_entry(const json_t *entry,
		       const struct seccomp_context *context,
		       struct seccomp_profile *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	struct condition_list conditions;
	int64_t code = EPERM;
	const char *action_name;
	uint32_t action;
	bool meant;
	json_t *args;

	if (!json_is_object(entry))
		return error_set(err, ERROR_INVALID, "not an object");
	if (parse_names(entry, &names, err) < 0 ||
	    jsonx_string(entry, "action", &action_name, err) < 0 ||
	    jsonx_opt_integer(entry, "errnoRet", 0, ERRNO_MAX, &code, err) <
		    0 ||
	    jsonx_opt_array(entry, "args", &args, err) < 0 ||
	    parse_action(action_name, code, &action, err) < 0 ||
	    parse_conditions(args, &conditions, err) < 0 ||
	    is_meant(entry, context, &meant, err) < 0)
		return -1;
	for (size_t i = 0; meant && i < names.count; i++)
		if (add_rule(out, names.items[i], action, &conditions, err) < 0)
			return -1;
	return 0;
}

/* Let in what ENTRY of an archMap says, if it is about this host. */
static int parse_arch_map(const json_t *map,
			  const struct seccomp_context *context,
			  struct seccomp_profile *out, struct error *err)
{
	size_t index;
	json_t *entry;

	json_array_foreach((json_t *)(uintptr_t)map, index, entry)
	{
		autoclean(strvec_release) struct strvec subs = STRVEC_INIT;
		const char *name;

		if (!json_is_object(entry))
			return error_set(err, ERROR_INVALID,
					 "archMap[%zu]: not an object", index);
		if (jsonx_string(entry, "architecture", &name, err) < 0 ||
		    jsonx_opt_strings(entry, "subArchitectures", &subs, err) <
			    0)
			return error_wrap(err, "archMap[%zu]", index);
		if (seccomp_arch_from_name(name) != context->arch)
			continue;
		for (size_t i = 0; i < subs.count; i++)
			out->arches |= 1U
				       << seccomp_arch_from_name(subs.items[i]);
	}
	return 0;
}

static int parse_arches(const json_t *document,
			const struct seccomp_context *context,
			struct seccomp_profile *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	json_t *map;

	if (jsonx_opt_strings(document, "architectures", &names, err) < 0 ||
	    jsonx_opt_array(document, "archMap", &map, err) < 0)
		return -1;
	if (names.count && json_array_size(map))
		return error_set(err, ERROR_INVALID,
				 "both \"architectures\" and \"archMap\" are "
				 "given");
	out->arches = 1U << context->arch;
	for (size_t i = 0; i < names.count; i++)
		out->arches |= 1U << seccomp_arch_from_name(names.items[i]);
	if (parse_arch_map(map, context, out, err) < 0)
		return -1;
	out->arches &= ~(1U << SECCOMP_ARCH_NONE);
	return 0;
}

static int parse_flags(const json_t *document, struct seccomp_profile *out,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (jsonx_opt_strings(document, "flags", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		size_t known = 0;

		while (known < COUNT(flags) &&
		       strcmp(names.items[i], flags[known].name) != 0)
			known++;
		if (known == COUNT(flags))
			return error_set(err, ERROR_INVALID,
					 "unknown flag \"%s\"", names.items[i]);
		out->flags |= flags[known].flag;
	}
	return 0;
}

static int parse_listener(const json_t *document, struct seccomp_profile *out,
			  struct error *err)
{
	const char *path, *metadata;

	if (jsonx_opt_string(document, "listenerPath", NULL, &path, err) < 0 ||
	    jsonx_opt_string(document, "listenerMetadata", NULL, &metadata,
			     err) < 0)
		return -1;
	if (path && *path)
		out->listener_path = xstrdup(path);
	out->listener_metadata = xstrdup(metadata);
	return 0;
}

static int parse_document(const json_t *document,
			  const struct seccomp_context *context,
			  struct seccomp_profile *out, struct error *err)
{
	int64_t code = EPERM;
	const char *action;
	json_t *list, *entry;
	size_t index;

	if (!json_is_object(document))
		return error_set(err, ERROR_INVALID, "not an object");
	if (jsonx_string(document, "defaultAction", &action, err) < 0 ||
	    jsonx_opt_integer(document, "defaultErrnoRet", 0, ERRNO_MAX, &code,
			      err) < 0 ||
	    parse_action(action, code, &out->default_action, err) < 0 ||
	    parse_arches(document, context, out, err) < 0 ||
	    parse_flags(document, out, err) < 0 ||
	    parse_listener(document, out, err) < 0 ||
	    jsonx_opt_array(document, "syscalls", &list, err) < 0)
		return -1;
	json_array_foreach(list, index,
			   entry) if (parse_entry(entry, context, out, err) <
				      0) return error_wrap(err, "syscalls[%zu]",
							   index);
	return 0;
}

void seccomp_context_init(uint64_t capabilities, struct seccomp_context *out)
{
	struct utsname name;

	out->arch = seccomp_arch_native();
	out->capabilities = capabilities;
	out->kernel_major = 0;
	out->kernel_minor = 0;
	if (uname(&name) == 0 &&
	    sscanf(name.release, "%3u.%3u", &out->kernel_major,
		   &out->kernel_minor) != 2)
		out->kernel_major = 0; /* unknown counts as old */
}

int seccomp_profile_parse(const json_t *document,
			  const struct seccomp_context *context,
			  struct seccomp_profile *out, struct error *err)
{
	if (parse_document(document, context, out, err) == 0)
		return 0;
	seccomp_profile_release(out);
	return error_wrap(err, "seccomp profile");
}

void seccomp_profile_add(struct seccomp_profile *profile, size_t syscall,
			 uint32_t action,
			 const struct seccomp_condition *conditions,
			 size_t count)
{
	struct seccomp_rule *rule;

	if (action == profile->default_action)
		return;
	if (profile->rule_count == profile->rules_allocated) {
		profile->rules_allocated =
			profile->rules_allocated ? profile->rules_allocated * 2
						 : 512;
		profile->rules = xreallocarray(profile->rules,
					       profile->rules_allocated,
					       sizeof(*profile->rules));
	}
	rule = &profile->rules[profile->rule_count++];
	rule->syscall = (uint16_t)syscall;
	rule->action = action;
	rule->condition_count = (uint16_t)count;
	rule->conditions = profile->condition_count;
	if (count) {
		profile->conditions = xreallocarray(
			profile->conditions, profile->condition_count + count,
			sizeof(*conditions));
		memcpy(&profile->conditions[profile->condition_count],
		       conditions, count * sizeof(*conditions));
		profile->condition_count += count;
	}
}

const char *seccomp_profile_action_name(size_t index)
{
	return index < COUNT(actions) ? actions[index].name : NULL;
}

const char *seccomp_profile_compare_name(size_t index)
{
	return index < COUNT(comparisons) ? comparisons[index].name : NULL;
}

const char *seccomp_profile_arch_name(size_t index)
{
	index += SECCOMP_ARCH_NONE + 1;
	return index < SECCOMP_ARCH_COUNT
		       ? seccomp_arch_seccomp_name((enum seccomp_arch)index)
		       : NULL;
}

const char *seccomp_profile_flag_name(size_t index)
{
	return index < COUNT(flags) ? flags[index].name : NULL;
}

void seccomp_profile_release(struct seccomp_profile *profile)
{
	free(profile->rules);
	free(profile->conditions);
	free(profile->listener_path);
	free(profile->listener_metadata);
	*profile = (struct seccomp_profile)SECCOMP_PROFILE_INIT;
}
