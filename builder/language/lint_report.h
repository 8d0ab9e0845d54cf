/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks of a Dockerfile found. Rules have the names of BuildKit's,
 * and so have the pages about them; messages are those that people search
 * for. A report knows which rules the file's `check` directive turns off.
 */
#ifndef BUILDER_LINT_REPORT_H
#define BUILDER_LINT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "builder/language/directives.h"
#include "builder/language/instruction.h"

enum lint_rule {
	LINT_NONE = 0,
	LINT_STAGE_NAME_CASING,
	LINT_FROM_AS_CASING,
	LINT_NO_EMPTY_CONTINUATION,
	LINT_CONSISTENT_INSTRUCTION_CASING,
	LINT_DUPLICATE_STAGE_NAME,
	LINT_RESERVED_STAGE_NAME,
	LINT_JSON_ARGS_RECOMMENDED,
	LINT_MAINTAINER_DEPRECATED,
	LINT_UNDEFINED_ARG_IN_FROM,
	LINT_UNDEFINED_VAR,
	LINT_WORKDIR_RELATIVE_PATH,
	LINT_SECRETS_USED_IN_ARG_OR_ENV,
	LINT_LEGACY_KEY_VALUE_FORMAT,
	LINT_REDUNDANT_TARGET_PLATFORM,
	LINT_MULTIPLE_INSTRUCTIONS_DISALLOWED,
	LINT_INVALID_DEFAULT_ARG_IN_FROM,
	LINT_INVALID_DEFINITION_DESCRIPTION, /* only where asked for */
	LINT_FROM_PLATFORM_FLAG_CONST_DISALLOWED,
	LINT_COPY_IGNORED_FILE, /* only where asked for */
	LINT_EXPOSE_PROTO_CASING,
	LINT_EXPOSE_INVALID_FORMAT,
	LINT_COUNT, /* no rule: how many values there are */
};

struct lint_finding {
	enum lint_rule rule;
	char *message;
	unsigned first_line;
	unsigned last_line;
	size_t order; /* in which it was found */
};

struct lint_report {
	const struct directives *directives; /* borrowed */
	struct lint_finding *items;
	size_t count;
};

/* The rule's name: "StageNameCasing". */
const char *lint_rule_name(enum lint_rule rule);

/* The rule of that name in any case, or LINT_NONE. */
enum lint_rule lint_rule_from_name(const char *name);

/* The address of docker's page about RULE; the caller frees it. */
char *lint_rule_url(enum lint_rule rule) __attribute__((returns_nonnull));

/* Begin a report for a file with DIRECTIVES. */
void lint_report_init(struct lint_report *report,
		      const struct directives *directives);

/* Append a finding at AT, unless its rule is off. */
void lint_report_add(struct lint_report *report, enum lint_rule rule,
		     const struct instruction *at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Order by lines; those of one line stay as they were found. */
void lint_report_sort(struct lint_report *report);

/* Free all. */
void lint_report_release(struct lint_report *report);
DEFINE_CLEANUP(struct lint_report, lint_report_release)

#endif
