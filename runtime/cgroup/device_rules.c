/* SPDX-License-Identifier: Apache-2.0 */
/* Normalises device rules the way the v1 devices controller keeps them. */
#include "runtime/cgroup/device_rules.h"

#include <stdio.h>

#include "base/alloc.h"

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

/* Both sets of bits, so that neither depends on the other's values. */
static unsigned access_of(unsigned access)
{
	return (access & RUNTIME_DEVICE_READ ? (unsigned)DEVICE_READ : 0) |
	       (access & RUNTIME_DEVICE_WRITE ? (unsigned)DEVICE_WRITE : 0) |
	       (access & RUNTIME_DEVICE_MKNOD ? (unsigned)DEVICE_MKNOD : 0);
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

void device_rules_apply(struct device_rules *rules,
			const struct runtime_device_rule *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct device_rule rule = {
			.type = list[i].type,
			.major = list[i].major,
			.minor = list[i].minor,
			.access = access_of(list[i].access),
			.allow = list[i].is_allowed,
		};

		device_rules_add(rules, &rule);
	}
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

void device_rule_format(const struct device_rule *rule,
			char out[static DEVICE_RULE_MAX])
{
	char major[24] = "*", minor[24] = "*";

	if (rule->major != DEVICE_ANY)
		(void)snprintf(major, sizeof(major), "%lld",
			       (long long)rule->major);
	if (rule->minor != DEVICE_ANY)
		(void)snprintf(minor, sizeof(minor), "%lld",
			       (long long)rule->minor);
	(void)snprintf(out, DEVICE_RULE_MAX, "%c %s:%s %s%s%s", rule->type,
		       major, minor, rule->access & DEVICE_READ ? "r" : "",
		       rule->access & DEVICE_WRITE ? "w" : "",
		       rule->access & DEVICE_MKNOD ? "m" : "");
}
