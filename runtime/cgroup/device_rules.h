/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices a container may open or make, in the form the v1 devices
 * controller defines (a default and a list of exceptions to it), which is also
 * what a v2 BPF program is assembled from: so both versions agree whatever
 * the order of the rules. A rule for type "a" sets the default and forgets
 * the exceptions; a rule against the default adds an exception; a rule that
 * agrees with the default takes the same exception away. Pure.
 */
#ifndef RUNTIME_DEVICE_RULES_H
#define RUNTIME_DEVICE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "runtime/spec/runtime_resources.h"

/* What is done with a device; the values are those of linux/bpf.h. */
enum device_access {
	DEVICE_MKNOD = 1,
	DEVICE_READ = 2,
	DEVICE_WRITE = 4,
	DEVICE_ALL = 7,
};

/* Stands for every number. */
#define DEVICE_ANY INT64_C(-1)

struct device_rule {
	char type;	      /* 'c', 'b', or 'a' for all */
	int64_t major, minor; /* or DEVICE_ANY */
	unsigned access;      /* enum device_access, ored */
	bool allow;
};

struct device_rules {
	bool allow_by_default;
	struct device_rule
		*exceptions; /* all with allow == !allow_by_default */
	size_t count;
};

/* The kernel's state before any rule: everything is allowed. */
#define DEVICE_RULES_INIT     \
	{                     \
		true, NULL, 0 \
	}

/* Apply one more RULE. */
void device_rules_add(struct device_rules *rules,
		      const struct device_rule *rule);

/* Apply COUNT rules of an OCI specification in order. */
void device_rules_apply(struct device_rules *rules,
			const struct runtime_device_rule *list, size_t count);

/* Whether RULES let ACCESS to device TYPE MAJOR:MINOR happen. */
bool device_rules_is_allowed(const struct device_rules *rules, char type,
			     unsigned access, int64_t major, int64_t minor);

/* Room for a rule as text. */
enum { DEVICE_RULE_MAX = 64 };

/* RULE in the v1 devices controller's own language: "c 1:* rwm". */
void device_rule_format(const struct device_rule *rule,
			char out[static DEVICE_RULE_MAX]);

/* Free the exceptions and start over. */
void device_rules_release(struct device_rules *rules);
DEFINE_CLEANUP(struct device_rules, device_rules_release)

#endif
