/* SPDX-License-Identifier: Apache-2.0 */
/* Normalises device rules the way the v1 devices controller keeps them. */
#include "runtime/cgroup/device_rules.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

/* A container's list is about twenty rules; more is a mistake or an attack. */
enum { RULES_MAX = 512 };

static bool is_same_device(const struct device_rule *a,
			   const struct device_rule *b)
{
	return a->type == b->type && a->major == b->major &&
	       a->minor == b->minor;
}

static void forget_all(struct device_rules *rules)
{
	free(rules->exceptions);
	rules->exceptions = NULL;
	rules->count = 0;
}

static void except(struct device_rules *rules, const struct device_rule *rule)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (is_same_device(&rules->exceptions[i], rule)) {
			rules->exceptions[i].access |= rule->access;
			return;
		}
	}
	rules->exceptions = xreallocarray(rules->exceptions, rules->count + 1,
					  sizeof(*rule));
	rules->exceptions[rules->count++] = *rule;
}

static void unexcept(struct device_rules *rules, const struct device_rule *rule)
{
	size_t kept = 0;

	for (size_t i = 0; i < rules->count; i++) {
		struct device_rule *old = &rules->exceptions[i];

		if (is_same_device(old, rule))
			old->access &= ~rule->access;
		if (old->access)
			rules->exceptions[kept++] = *old;
	}
	rules->count = kept;
}

static bool is_matching(const struct device_rule *rule, char type,
			int64_t major, int64_t minor)
{
	return rule->type == type &&
	       (rule->major == DEVICE_ANY || rule->major == major) &&
	       (rule->minor == DEVICE_ANY || rule->minor == minor);
}

static int parse_access(const char *text, unsigned *out, struct error *err)
{
	*out = 0;
	for (const char *letter = text; *letter; letter++) {
		if (*letter == 'r')
			*out |= DEVICE_READ;
		else if (*letter == 'w')
			*out |= DEVICE_WRITE;
		else if (*letter == 'm')
			*out |= DEVICE_MKNOD;
		else
			return error_set(err, ERROR_INVALID,
					 "device access \"%s\": not of r, w, m",
					 text);
	}
	return 0;
}

static int parse_rule(const json_t *entry, struct device_rule *out,
		      struct error *err)
{
	const char *type, *access;

	if (!json_is_object(entry))
		return error_set(err, ERROR_INVALID,
				 "device rule: not an object");
	out->major = DEVICE_ANY;
	out->minor = DEVICE_ANY;
	out->allow = false;
	if (jsonx_opt_bool(entry, "allow", &out->allow, err) < 0 ||
	    jsonx_opt_string(entry, "type", "a", &type, err) < 0 ||
	    jsonx_opt_string(entry, "access", "rwm", &access, err) < 0 ||
	    jsonx_opt_integer(entry, "major", -1, INT32_MAX, &out->major, err) <
		    0 ||
	    jsonx_opt_integer(entry, "minor", -1, INT32_MAX, &out->minor, err) <
		    0)
		return -1;
	if (strcmp(type, "u") == 0)
		type = "c"; /* an unbuffered device is a character device */
	if (strlen(type) > 1 || !strchr("acb", *type))
		return error_set(err, ERROR_INVALID,
				 "device type \"%s\": not a, b, c or u", type);
	out->type = *type ? *type : 'a';
	if (parse_access(*access ? access : "rwm", &out->access, err) < 0)
		return -1;
	return 0;
}

void device_rules_add(struct device_rules *rules,
		      const struct device_rule *rule)
{
	if (rule->type == 'a') {
		forget_all(rules);
		rules->allow_by_default = rule->allow;
	} else if (rule->allow == rules->allow_by_default) {
		unexcept(rules, rule);
	} else {
		except(rules, rule);
	}
}

int device_rules_parse(const json_t *list, struct device_rules *rules,
		       struct error *err)
{
	const json_t *entry;
	size_t index;

	if (json_array_size(list) > RULES_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "%zu device rules, more than %d",
				 json_array_size(list), RULES_MAX);
	json_array_foreach((json_t *)(uintptr_t)list, index, entry)
	{
		struct device_rule rule;

		if (parse_rule(entry, &rule, err) < 0)
			return error_wrap(err, "devices[%zu]", index);
		device_rules_add(rules, &rule);
	}
	return 0;
}

/*
 * The controller's two ways of matching: where all is forbidden one exception
 * must cover the whole access; where all is allowed any overlap forbids it.
 */
bool device_rules_is_allowed(const struct device_rules *rules, char type,
			     unsigned access, int64_t major, int64_t minor)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct device_rule *rule = &rules->exceptions[i];

		if (!is_matching(rule, type, major, minor))
			continue;
		if (rules->allow_by_default && (rule->access & access))
			return false;
		if (!rules->allow_by_default && !(access & ~rule->access))
			return true;
	}
	return rules->allow_by_default;
}

void device_rules_release(struct device_rules *rules)
{
	forget_all(rules);
	rules->allow_by_default = true;
}
