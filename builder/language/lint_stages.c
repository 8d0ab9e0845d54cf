/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about FROM: names of stages, their platforms and bases. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "builder/language/instruction_expand.h"
#include "builder/language/lint_checks.h"
#include "builder/language/suggest.h"
#include "registry/spec/reference.h"

/* Whether KEYWORD is all in lower (UPPER: in upper) case. */
static bool is_case(const char *keyword, bool upper)
{
	for (; *keyword; keyword++)
		if (upper ? islower((unsigned char)*keyword)
			  : isupper((unsigned char)*keyword))
			return false;
	return true;
}

static void check_as(const struct instruction *from, struct lint_report *report)
{
	bool lower = is_case(from->keyword, false);

	/* a keyword in both is another rule's */
	if (!lower && !is_case(from->keyword, true))
		return;
	if (!is_case(from->from.as_keyword, !lower))
		lint_report_add(report, LINT_FROM_AS_CASING, from,
				"'%s' and '%s' keywords' casing do not match",
				from->from.as_keyword, from->keyword);
}

static void check_name(const struct dockerfile *file, size_t stage,
		       struct lint_report *report)
{
	const struct instruction *from = &file->stages[stage].from;
	const char *name = from->from.stage_name;

	if (!name)
		return;
	check_as(from, report);
	if (strcmp(name, from->from.as_name) != 0)
		lint_report_add(report, LINT_STAGE_NAME_CASING, from,
				"Stage name '%s' should be lowercase",
				from->from.as_name);
	if (!strcmp(name, "scratch") || !strcmp(name, "context"))
		lint_report_add(report, LINT_RESERVED_STAGE_NAME, from,
				"Stage name should not use the same name as "
				"reserved stage \"%s\"",
				name);
	if (dockerfile_find_stage(file, name, stage, false))
		lint_report_add(report, LINT_DUPLICATE_STAGE_NAME, from,
				"Duplicate stage name \"%s\", stage names "
				"should be unique",
				name);
}

/* Names of SCOPE's arguments; the caller frees the array, not the names. */
static const char **known_names(const struct scope *scope)
{
	const char **names = xcalloc(scope->args.count + 1,
				     sizeof(const char *));

	for (size_t i = 0; i < scope->args.count; i++)
		names[i] = scope->args.items[i].name;
	return names;
}

static void report_missing(const struct scope *global,
			   const struct strvec *missing,
			   const struct instruction *from,
			   struct lint_report *report)
{
	autofree const char **known = known_names(global);

	for (size_t i = 0; i < missing->count; i++) {
		const char *name = missing->items[i];
		const char *near = suggest_find(name, known,
						global->args.count);

		/* declared, only without a value */
		if (pairs_find(&global->args, name))
			continue;
		lint_report_add(report, LINT_UNDEFINED_ARG_IN_FROM, from,
				"FROM argument '%s' is not declared%s%s%s",
				name, near ? " (did you mean " : "",
				near ? near : "", near ? "?)" : "");
	}
}

/* Whether the OS or the architecture of PLATFORM is in the stage's NAME. */
static bool names_platform(const char *name, const char *platform)
{
	size_t os = strcspn(platform, "/");
	autofree char *part = xstrndup(platform, os);
	const char *rest = platform[os] ? platform + os + 1 : platform;
	autofree char *arch = xstrndup(rest, strcspn(rest, "/"));

	return name && (strstr(name, part) || strstr(name, arch));
}

static void check_platform(const struct instruction *from,
			   const struct instruction *expanded,
			   struct lint_report *report)
{
	const char *platform = from->from.platform;

	if (!platform)
		return;
	if (!strcmp(platform, "$TARGETPLATFORM") ||
	    !strcmp(platform, "${TARGETPLATFORM}"))
		lint_report_add(report, LINT_REDUNDANT_TARGET_PLATFORM, from,
				"Setting platform to predefined "
				"$TARGETPLATFORM in FROM is redundant as this "
				"is the default behavior");
	if (!strchr(platform, '$') &&
	    !names_platform(from->from.stage_name, platform))
		lint_report_add(report,
				LINT_FROM_PLATFORM_FLAG_CONST_DISALLOWED, from,
				"FROM --platform flag should not use constant "
				"value \"%s\"",
				expanded->from.platform);
}

/* One FROM in the scope of what was given and declared. */
static int check_from(const struct lint_input *input,
		      const struct scope *global,
		      const struct instruction *from,
		      struct lint_report *report, struct error *err)
{
	autoclean(strvec_release) struct strvec missing = STRVEC_INIT;
	autoclean(instruction_release) struct instruction expanded = {
		.kind = INSTRUCTION_NONE
	};
	char escape = input->file->directives.escape;
	struct expand_scope scope = scope_expand(global, escape, &missing);
	int result = instruction_expand(from, &scope, &expanded, err);

	report_missing(global, &missing, from, report);
	if (result < 0)
		return dockerfile_wrap_error(input->file, from, err);
	check_platform(from, &expanded, report);
	return 0;
}

/* Begins SCOPE and declares the ARGs before the first FROM. */
static int begin_global(const struct lint_input *input,
			const struct pairs *given, struct scope *scope,
			struct error *err)
{
	const struct dockerfile *file = input->file;

	scope_init_global(scope, given, &input->platforms);
	for (size_t i = 0; i < file->global_count; i++)
		if (scope_declare(scope, &file->globals[i],
				  file->directives.escape, NULL, err) < 0)
			return dockerfile_wrap_error(file, &file->globals[i],
						     err);
	return 0;
}

/* Bases as they are when no --build-arg is given: each has to be a name. */
static void check_defaults(const struct lint_input *input,
			   struct lint_report *report)
{
	const struct dockerfile *file = input->file;
	autoclean(scope_release) struct scope global = SCOPE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* what fails without arguments given is no finding, but an error */
	if (begin_global(input, NULL, &global, &ignored) < 0)
		return;
	for (size_t i = 0; i < file->stage_count; i++) {
		const struct instruction *from = &file->stages[i].from;
		struct expand_scope scope =
			scope_expand(&global, file->directives.escape, NULL);
		autoclean(reference_release) struct reference reference =
			REFERENCE_INIT;
		autofree char *base = NULL;

		if (expand_word(from->from.base, &scope, EXPAND_DEFAULT, &base,
				&ignored) < 0)
			return;
		if (reference_parse(base, &reference, &ignored) < 0)
			lint_report_add(
				report, LINT_INVALID_DEFAULT_ARG_IN_FROM, from,
				"Default value for ARG %s results in empty or "
				"invalid base image name",
				from->from.base);
	}
}

int lint_check_stages(const struct lint_input *input,
		      struct lint_report *report, struct error *err)
{
	const struct dockerfile *file = input->file;
	autoclean(scope_release) struct scope global = SCOPE_INIT;

	for (size_t i = 0; i < file->stage_count; i++)
		check_name(file, i, report);
	check_defaults(input, report);
	if (begin_global(input, input->given, &global, err) < 0)
		return -1;
	for (size_t i = 0; i < file->stage_count; i++)
		if (check_from(input, &global, &file->stages[i].from, report,
			       err) < 0)
			return -1;
	return 0;
}
