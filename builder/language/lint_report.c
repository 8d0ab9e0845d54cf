/* SPDX-License-Identifier: Apache-2.0 */
/* Rules by name, and the list of findings. */
#include "builder/language/lint_report.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"

static const char *const names[LINT_COUNT] = {
	[LINT_NONE] = "",
	[LINT_STAGE_NAME_CASING] = "StageNameCasing",
	[LINT_FROM_AS_CASING] = "FromAsCasing",
	[LINT_NO_EMPTY_CONTINUATION] = "NoEmptyContinuation",
	[LINT_CONSISTENT_INSTRUCTION_CASING] = "ConsistentInstructionCasing",
	[LINT_DUPLICATE_STAGE_NAME] = "DuplicateStageName",
	[LINT_RESERVED_STAGE_NAME] = "ReservedStageName",
	[LINT_JSON_ARGS_RECOMMENDED] = "JSONArgsRecommended",
	[LINT_MAINTAINER_DEPRECATED] = "MaintainerDeprecated",
	[LINT_UNDEFINED_ARG_IN_FROM] = "UndefinedArgInFrom",
	[LINT_UNDEFINED_VAR] = "UndefinedVar",
	[LINT_WORKDIR_RELATIVE_PATH] = "WorkdirRelativePath",
	[LINT_SECRETS_USED_IN_ARG_OR_ENV] = "SecretsUsedInArgOrEnv",
	[LINT_LEGACY_KEY_VALUE_FORMAT] = "LegacyKeyValueFormat",
	[LINT_REDUNDANT_TARGET_PLATFORM] = "RedundantTargetPlatform",
	[LINT_MULTIPLE_INSTRUCTIONS_DISALLOWED] =
		"MultipleInstructionsDisallowed",
	[LINT_INVALID_DEFAULT_ARG_IN_FROM] = "InvalidDefaultArgInFrom",
	[LINT_INVALID_DEFINITION_DESCRIPTION] = "InvalidDefinitionDescription",
	[LINT_FROM_PLATFORM_FLAG_CONST_DISALLOWED] =
		"FromPlatformFlagConstDisallowed",
	[LINT_COPY_IGNORED_FILE] = "CopyIgnoredFile",
	[LINT_EXPOSE_PROTO_CASING] = "ExposeProtoCasing",
	[LINT_EXPOSE_INVALID_FORMAT] = "ExposeInvalidFormat",
};

const char *lint_rule_name(enum lint_rule rule)
{
	return names[rule];
}

enum lint_rule lint_rule_from_name(const char *name)
{
	for (size_t i = 1; i < LINT_COUNT; i++)
		if (!strcasecmp(names[i], name))
			return (enum lint_rule)i;
	return LINT_NONE;
}

char *lint_rule_url(enum lint_rule rule)
{
	const char *name = names[rule];
	struct strbuf url = STRBUF_INIT;

	strbuf_addstr(&url, "https://docs.docker.com/go/dockerfile/rule/");
	for (size_t i = 0; name[i]; i++) {
		/* a hyphen before each word: the J and the A of "JSONArgs" */
		if (i && isupper((unsigned char)name[i]) &&
		    (islower((unsigned char)name[i - 1]) ||
		     islower((unsigned char)name[i + 1])))
			strbuf_addch(&url, '-');
		strbuf_addch(&url, (char)tolower((unsigned char)name[i]));
	}
	strbuf_addch(&url, '/');
	return strbuf_steal(&url);
}

void lint_report_init(struct lint_report *report,
		      const struct directives *directives)
{
	*report = (struct lint_report){ .directives = directives };
}

static bool is_listed(const struct strvec *rules, enum lint_rule rule)
{
	for (size_t i = 0; i < rules->count; i++)
		if (lint_rule_from_name(rules->items[i]) == rule)
			return true;
	return false;
}

static bool is_off(const struct directives *directives, enum lint_rule rule)
{
	bool experimental = rule == LINT_COPY_IGNORED_FILE ||
			    rule == LINT_INVALID_DEFINITION_DESCRIPTION;

	if (experimental && !directives->check_experimental_all &&
	    !is_listed(&directives->check_experimental, rule))
		return true;
	return directives->check_skip_all ||
	       is_listed(&directives->check_skip, rule);
}

void lint_report_add(struct lint_report *report, enum lint_rule rule,
		     const struct instruction *at, const char *format, ...)
{
	struct strbuf message = STRBUF_INIT;
	va_list arguments;

	if (is_off(report->directives, rule))
		return;
	va_start(arguments, format);
	strbuf_addv(&message, format, arguments);
	va_end(arguments);
	if (!(report->count & (report->count - 1)))
		report->items = xreallocarray(
			report->items, report->count ? report->count * 2 : 1,
			sizeof(*report->items));
	report->items[report->count] = (struct lint_finding){
		.rule = rule,
		.message = strbuf_steal(&message),
		.first_line = at->first_line,
		.last_line = at->last_line,
		.order = report->count,
	};
	report->count++;
}

static int compare(const void *left, const void *right)
{
	const struct lint_finding *a = left;
	const struct lint_finding *b = right;

	if (a->first_line != b->first_line)
		return a->first_line < b->first_line ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void lint_report_sort(struct lint_report *report)
{
	if (report->count)
		qsort(report->items, report->count, sizeof(*report->items),
		      compare);
}

void lint_report_release(struct lint_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free(report->items[i].message);
	free(report->items);
	*report = (struct lint_report){ .directives = NULL };
}
