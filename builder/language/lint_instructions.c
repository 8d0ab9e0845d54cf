/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that an instruction, or a stage's row of them, breaks by its form. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "builder/language/lint_checks.h"

static bool has_lower(const char *text)
{
	for (; *text; text++)
		if (islower((unsigned char)*text))
			return true;
	return false;
}

static bool has_upper(const char *text)
{
	for (; *text; text++)
		if (isupper((unsigned char)*text))
			return true;
	return false;
}

/* How many keywords are all in lower and all in upper case. */
struct casing {
	size_t lower;
	size_t upper;
};

static void count_case(const char *keyword, struct casing *casing)
{
	casing->lower += !has_upper(keyword);
	casing->upper += !has_lower(keyword);
}

static void check_case(const struct instruction *at,
		       const struct casing *casing, struct lint_report *report)
{
	bool lower = casing->lower > casing->upper;

	if (lower ? has_upper(at->keyword) : has_lower(at->keyword))
		lint_report_add(report, LINT_CONSISTENT_INSTRUCTION_CASING, at,
				"Command '%s' should match the case of the "
				"command majority (%s)",
				at->keyword, lower ? "lowercase" : "uppercase");
}

static void check_casing(const struct dockerfile *file,
			 struct lint_report *report)
{
	struct casing casing = { 0, 0 };

	for (size_t i = 0; i < file->stage_count; i++) {
		const struct dockerfile_stage *stage = &file->stages[i];

		count_case(stage->from.keyword, &casing);
		for (size_t j = 0; j < stage->count; j++)
			count_case(stage->instructions[j].keyword, &casing);
	}
	for (size_t i = 0; i < file->stage_count; i++) {
		const struct dockerfile_stage *stage = &file->stages[i];

		check_case(&stage->from, &casing, report);
		for (size_t j = 0; j < stage->count; j++)
			check_case(&stage->instructions[j], &casing, report);
	}
}

/* Whether WORD stands in NAME as a whole, between underscores. */
static bool has_word(const char *name, const char *word)
{
	while (*name) {
		size_t length = strcspn(name, "_");

		if (length == strlen(word) && !strncasecmp(name, word, length))
			return true;
		name += length + (name[length] == '_');
	}
	return false;
}

static bool is_secret(const char *name)
{
	static const char *const words[] = {
		"apikey", "auth",     "credential", "credentials", "key",
		"passwd", "password", "pword",	    "secret",	   "token",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (has_word(name, words[i]))
			return !has_word(name, "public");
	return false;
}

static void check_secrets(const struct instruction *at,
			  struct lint_report *report)
{
	const struct pairs *pairs = &at->pairs.pairs;

	for (size_t i = 0; i < pairs->count; i++)
		if (is_secret(pairs->items[i].name))
			lint_report_add(report, LINT_SECRETS_USED_IN_ARG_OR_ENV,
					at,
					"Do not use ARG or ENV instructions "
					"for sensitive data (%s \"%s\")",
					instruction_kind_name(at->kind),
					pairs->items[i].name);
}

static void check_legacy(const struct instruction *at,
			 struct lint_report *report)
{
	const char *name = instruction_kind_name(at->kind);

	if (at->pairs.legacy)
		lint_report_add(report, LINT_LEGACY_KEY_VALUE_FORMAT, at,
				"\"%s key=value\" should be used instead of "
				"legacy \"%s key value\" format",
				name, name);
}

/* Whether the first word of COMMENT is NAME. */
static bool describes(const char *comment, const char *name)
{
	return strcspn(comment, " ") == strlen(name) &&
	       !strncmp(comment, name, strlen(name));
}

/* The comment directly above, or NULL. */
static const char *comment_of(const struct instruction *at)
{
	return at->comments.count ? at->comments.items[at->comments.count - 1]
				  : NULL;
}

static void report_comment(const struct instruction *at, const char *name,
			   struct lint_report *report)
{
	lint_report_add(report, LINT_INVALID_DEFINITION_DESCRIPTION, at,
			"Comment for %s should follow the format: `# %s "
			"<description>`",
			instruction_kind_name(at->kind), name);
}

static void check_arg_comment(const struct instruction *at,
			      struct lint_report *report)
{
	const struct pairs *pairs = &at->pairs.pairs;
	const char *comment = comment_of(at);

	for (size_t i = 0; comment && i < pairs->count; i++)
		if (describes(comment, pairs->items[i].name))
			return;
	if (comment)
		report_comment(at,
			       pairs->count == 1 ? pairs->items[0].name
						 : "<arg_key>",
			       report);
}

static void check_stage_comment(const struct instruction *at,
				struct lint_report *report)
{
	const char *comment = comment_of(at);
	const char *name = at->from.stage_name;

	if (comment && name && !describes(comment, name))
		report_comment(at, name, report);
}

static void check_one(const struct instruction *at, struct lint_report *report)
{
	if (at->blank_line) {
		struct instruction line = { .first_line = at->blank_line,
					    .last_line = at->blank_line };

		lint_report_add(report, LINT_NO_EMPTY_CONTINUATION, &line,
				"Empty continuation line");
	}
	if (at->kind == INSTRUCTION_MAINTAINER)
		lint_report_add(report, LINT_MAINTAINER_DEPRECATED, at,
				"Maintainer instruction is deprecated in favor "
				"of using label");
	if (at->kind == INSTRUCTION_ARG || at->kind == INSTRUCTION_ENV)
		check_secrets(at, report);
	if (at->kind == INSTRUCTION_ENV || at->kind == INSTRUCTION_LABEL)
		check_legacy(at, report);
	if (at->kind == INSTRUCTION_ARG)
		check_arg_comment(at, report);
	if (at->kind == INSTRUCTION_FROM)
		check_stage_comment(at, report);
}

/* The last CMD, ENTRYPOINT and HEALTHCHECK, which make earlier ones idle. */
static void check_multiple(const struct dockerfile_stage *stage,
			   struct lint_report *report)
{
	const struct instruction *last[INSTRUCTION_COUNT] = { NULL };

	for (size_t i = 0; i < stage->count; i++) {
		const struct instruction *at = &stage->instructions[i];

		if (at->kind != INSTRUCTION_CMD &&
		    at->kind != INSTRUCTION_ENTRYPOINT &&
		    at->kind != INSTRUCTION_HEALTHCHECK)
			continue;
		if (last[at->kind])
			lint_report_add(
				report, LINT_MULTIPLE_INSTRUCTIONS_DISALLOWED,
				last[at->kind],
				"Multiple %s instructions should not be used "
				"in the same stage because only the last one "
				"will be used",
				instruction_kind_name(at->kind));
		last[at->kind] = at;
	}
}

void lint_check_instructions(const struct lint_input *input,
			     struct lint_report *report)
{
	const struct dockerfile *file = input->file;

	for (size_t i = 0; i < file->global_count; i++)
		check_one(&file->globals[i], report);
	for (size_t i = 0; i < file->stage_count; i++) {
		const struct dockerfile_stage *stage = &file->stages[i];

		check_one(&stage->from, report);
		for (size_t j = 0; j < stage->count; j++)
			check_one(&stage->instructions[j], report);
		check_multiple(stage, report);
	}
	check_casing(file, report);
}
