/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container may ask the kernel for: a default action and rules, each
 * for one system call, with or without conditions on its arguments. Profiles
 * are read from docker's format (archMap, includes, excludes) and the OCI
 * specification's (`linux.seccomp`), which is a subset; what a profile says
 * about other architectures, capabilities not held and older kernels is
 * dropped while reading. Pure.
 *
 * Which rule decides: a rule without conditions before every rule with
 * (libseccomp's order), then the first in the document's order. A rule that
 * compares one argument twice means either comparison (runc's reading). Names
 * no table row knows are skipped, as newer profiles name newer calls.
 */
#ifndef RUNTIME_SECCOMP_PROFILE_H
#define RUNTIME_SECCOMP_PROFILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "runtime/seccomp/seccomp_syscalls.h"

enum seccomp_compare {
	SECCOMP_COMPARE_NONE = 0,
	SECCOMP_NOT_EQUAL,
	SECCOMP_LESS,
	SECCOMP_LESS_OR_EQUAL,
	SECCOMP_EQUAL,
	SECCOMP_GREATER_OR_EQUAL,
	SECCOMP_GREATER,
	SECCOMP_MASKED_EQUAL, /* (argument & value) == second */
};

struct seccomp_condition {
	unsigned index; /* which argument, 0 to 5 */
	enum seccomp_compare compare;
	uint64_t value;
	uint64_t second;
};

enum { SECCOMP_CONDITIONS_MAX = 6 };

struct seccomp_rule {
	uint16_t syscall;	  /* row of the table */
	uint16_t condition_count; /* all must hold */
	uint32_t action;	  /* SECCOMP_RET_… with its data */
	size_t conditions;	  /* index of the first in the profile's */
};

struct seccomp_profile {
	uint32_t default_action;
	unsigned arches; /* bit per enum seccomp_arch that is let in */
	unsigned flags;	 /* SECCOMP_FILTER_FLAG_… */
	struct seccomp_rule *rules;
	size_t rule_count, rules_allocated;
	struct seccomp_condition *conditions;
	size_t condition_count;
	char *listener_path; /* who gets notifications; NULL: nobody */
	char *listener_metadata;
};

#define SECCOMP_PROFILE_INIT        \
	{                           \
		.default_action = 0 \
	}

/* For whom a profile is read. */
struct seccomp_context {
	enum seccomp_arch arch; /* the host's */
	uint64_t capabilities;	/* the container's bounding set */
	unsigned kernel_major, kernel_minor;
};

/* This host, for a container with CAPABILITIES. */
void seccomp_context_init(uint64_t capabilities, struct seccomp_context *out);

/* Read DOCUMENT for CONTEXT; INVALID names the member that is wrong. */
int seccomp_profile_parse(const json_t *document,
			  const struct seccomp_context *context,
			  struct seccomp_profile *out,
			  struct error *err) must_check;

/*
 * Append a rule for table row SYSCALL whose COUNT conditions must all hold. A
 * rule that would do what the default does is dropped.
 */
void seccomp_profile_add(struct seccomp_profile *profile, size_t syscall,
			 uint32_t action,
			 const struct seccomp_condition *conditions,
			 size_t count);

/* The action at INDEX of all that a profile may name; NULL beyond the last. */
const char *seccomp_profile_action_name(size_t index);

/* The comparison at INDEX; NULL beyond the last. */
const char *seccomp_profile_compare_name(size_t index);

/* The filter's flag at INDEX; NULL beyond the last. */
const char *seccomp_profile_flag_name(size_t index);

/* The architecture at INDEX; NULL beyond the last. */
const char *seccomp_profile_arch_name(size_t index);

/* Free what PROFILE holds. */
void seccomp_profile_release(struct seccomp_profile *profile);
DEFINE_CLEANUP(struct seccomp_profile, seccomp_profile_release)

#endif
