/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk through every stage as a build would go, without running anything:
 * variables get their values, so that those without one show, and so do
 * paths and ports that are made of variables.
 *
 * A base whose environment nobody knows may define any variable. Of those
 * that a stage on it misses, only two kinds are reported: one that the file
 * declares before its first FROM, which a stage does not see, and one that
 * looks like a slip in a name that is known.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "builder/language/instruction_expand.h"
#include "builder/language/lint_checks.h"
#include "builder/language/path_pattern.h"
#include "builder/language/suggest.h"

/* What is known at the end of a stage. */
struct stage_state {
	struct scope scope;
	bool open;	  /* the base's environment is not known */
	bool has_workdir; /* a WORKDIR of the file came before */
	bool has_shell;	  /* and a SHELL */
};

struct walk {
	const struct lint_input *input;
	struct lint_report *report;
	struct scope global;
	struct stage_state *states; /* one for each stage */
};

static void walk_release(struct walk *walk)
{
	for (size_t i = 0; i < walk->input->file->stage_count; i++)
		scope_release(&walk->states[i].scope);
	free(walk->states);
	scope_release(&walk->global);
}
DEFINE_CLEANUP(struct walk, walk_release)

/* Names that have a value in SCOPE; freed as an array, its names not. */
static const char **known_names(const struct scope *scope, size_t *count_out)
{
	size_t count = 0;
	const char **names = xcalloc(scope->env.count + scope->args.count + 1,
				     sizeof(const char *));

	for (size_t i = 0; i < scope->env.count; i++)
		names[count++] = scope->env.items[i].name;
	for (size_t i = 0; i < scope->args.count; i++)
		names[count++] = scope->args.items[i].name;
	*count_out = count;
	return names;
}

static void report_missing(struct walk *walk, const struct stage_state *state,
			   const struct instruction *at,
			   const struct strvec *missing)
{
	size_t count;
	autofree const char **known = known_names(&state->scope, &count);

	for (size_t i = 0; i < missing->count; i++) {
		const char *name = missing->items[i];
		const char *near = suggest_find(name, known, count);

		/* declared without a value; or always there */
		if (pairs_find(&state->scope.args, name) ||
		    !strcmp(name, "PATH"))
			continue;
		if (state->open && !near &&
		    !pairs_find(&walk->global.args, name))
			continue;
		lint_report_add(walk->report, LINT_UNDEFINED_VAR, at,
				"Usage of undefined variable '$%s'%s%s%s", name,
				near ? " (did you mean $" : "",
				near ? near : "", near ? "?)" : "");
	}
}

static void check_port(const char *port, const struct instruction *at,
		       struct lint_report *report)
{
	const char *protocol = strchr(port, '/');

	for (const char *byte = protocol ? protocol : ""; *byte; byte++) {
		if (!isupper((unsigned char)*byte))
			continue;
		lint_report_add(report, LINT_EXPOSE_PROTO_CASING, at,
				"Defined protocol '%s' in EXPOSE instruction "
				"should be lowercase",
				port);
		break;
	}
	if (strchr(port, ':'))
		lint_report_add(report, LINT_EXPOSE_INVALID_FORMAT, at,
				"EXPOSE instruction should not define an IP "
				"address or host-port mapping, found '%s'",
				port);
}

static bool has_negation(const struct ignore *ignore)
{
	for (size_t i = 0; i < ignore->count; i++)
		if (ignore->items[i].negated)
			return true;
	return false;
}

static bool is_remote(const char *path)
{
	return strstr(path, "://") || !strncmp(path, "git@", 4);
}

static void check_sources(struct walk *walk, const struct instruction *at,
			  const struct instruction *expanded)
{
	const struct ignore *ignore = walk->input->ignore;
	const struct copy_instruction *copy = &expanded->copy;

	/* with "!" a folder may be ignored, and not all that is in it */
	if (!ignore || copy->from || has_negation(ignore))
		return;
	for (size_t i = 0; i < copy->source_count; i++) {
		const struct copy_source *source = &copy->sources[i];
		autofree char *path = path_pattern_clean(source->path);

		if (source->content || is_remote(source->path) ||
		    !ignore_is_ignored(ignore, path + (*path == '/')))
			continue;
		lint_report_add(walk->report, LINT_COPY_IGNORED_FILE, at,
				"Attempting to %s file \"%s\" that is excluded "
				"by .dockerignore",
				at->kind == INSTRUCTION_ADD ? "Add" : "Copy",
				path);
	}
}

static void check_workdir(struct walk *walk, struct stage_state *state,
			  const struct instruction *at,
			  const struct instruction *expanded)
{
	if (!state->has_workdir && *expanded->value != '/')
		lint_report_add(walk->report, LINT_WORKDIR_RELATIVE_PATH, at,
				"Relative workdir \"%s\" can have unexpected "
				"results if the base image changes",
				expanded->value);
	/* the later ones are mended with the first */
	state->has_workdir = true;
}

static void check_json(struct walk *walk, const struct stage_state *state,
		       const struct instruction *at)
{
	if (at->command.form == COMMAND_SHELL && !state->has_shell)
		lint_report_add(walk->report, LINT_JSON_ARGS_RECOMMENDED, at,
				"JSON arguments recommended for %s to prevent "
				"unintended behavior related to OS signals",
				instruction_kind_name(at->kind));
}

/* What EXPANDED, of AT, breaks, and what it changes for the next ones. */
static void check_expanded(struct walk *walk, struct stage_state *state,
			   const struct instruction *at,
			   const struct instruction *expanded)
{
	const struct pairs *pairs = &expanded->pairs.pairs;

	switch (at->kind) {
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
		check_sources(walk, at, expanded);
		break;
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
		check_json(walk, state, at);
		break;
	case INSTRUCTION_ENV:
		for (size_t i = 0; i < pairs->count; i++)
			scope_set_env(&state->scope, pairs->items[i].name,
				      pairs->items[i].value);
		break;
	case INSTRUCTION_EXPOSE:
		for (size_t i = 0; i < expanded->words.count; i++)
			check_port(expanded->words.items[i], at, walk->report);
		break;
	case INSTRUCTION_SHELL:
		state->has_shell = true;
		break;
	case INSTRUCTION_WORKDIR:
		check_workdir(walk, state, at, expanded);
		break;
	case INSTRUCTION_NONE:
	case INSTRUCTION_ARG:
	case INSTRUCTION_FROM:
	case INSTRUCTION_HEALTHCHECK:
	case INSTRUCTION_LABEL:
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_ONBUILD:
	case INSTRUCTION_RUN:
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
	case INSTRUCTION_VOLUME:
	case INSTRUCTION_COUNT:
		break;
	}
}

static int visit(struct walk *walk, struct stage_state *state,
		 const struct instruction *at, struct error *err)
{
	autoclean(strvec_release) struct strvec missing = STRVEC_INIT;
	autoclean(instruction_release) struct instruction expanded = {
		.kind = INSTRUCTION_NONE
	};
	char escape = walk->input->file->directives.escape;
	struct expand_scope scope = scope_expand(&state->scope, escape,
						 &missing);
	int result = at->kind == INSTRUCTION_ARG
			     ? scope_declare(&state->scope, at, escape,
					     &missing, err)
			     : instruction_expand(at, &scope, &expanded, err);

	report_missing(walk, state, at, &missing);
	if (result < 0)
		return dockerfile_wrap_error(walk->input->file, at, err);
	if (at->kind != INSTRUCTION_ARG)
		check_expanded(walk, state, at, &expanded);
	return 0;
}

/* What a stage begins with: the end of another, or an image's environment. */
static int begin_stage(struct walk *walk, const struct dockerfile_stage *stage,
		       struct stage_state *state, struct error *err)
{
	const struct lint_input *input = walk->input;
	const struct dockerfile *file = input->file;
	struct expand_scope scope = scope_expand(&walk->global,
						 file->directives.escape, NULL);
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	autofree char *base = NULL;
	const struct dockerfile_stage *parent;

	if (expand_word(stage->from.from.base, &scope, EXPAND_DEFAULT, &base,
			err) < 0)
		return dockerfile_wrap_error(file, &stage->from, err);
	parent = dockerfile_find_stage(file, base, stage->number, false);
	if (parent) {
		const struct stage_state *from = &walk->states[parent->number];

		scope_copy(&from->scope, &state->scope);
		state->open = from->open;
		state->has_workdir = from->has_workdir;
		state->has_shell = from->has_shell;
		return 0;
	}
	state->open = strcmp(base, "scratch") != 0 &&
		      (!input->base_env ||
		       !input->base_env(input->payload, base, &env));
	scope_init_stage(&state->scope, &walk->global, &env);
	return 0;
}

int lint_check_variables(const struct lint_input *input,
			 struct lint_report *report, struct error *err)
{
	const struct dockerfile *file = input->file;
	autoclean(walk_release) struct walk walk = {
		.input = input,
		.report = report,
		.states = xcalloc(file->stage_count, sizeof(*walk.states)),
	};

	scope_init_global(&walk.global, input->given, &input->platforms);
	for (size_t i = 0; i < file->global_count; i++)
		if (scope_declare(&walk.global, &file->globals[i],
				  file->directives.escape, NULL, err) < 0)
			return dockerfile_wrap_error(file, &file->globals[i],
						     err);
	for (size_t i = 0; i < file->stage_count; i++) {
		const struct dockerfile_stage *stage = &file->stages[i];
		struct stage_state *state = &walk.states[i];

		if (begin_stage(&walk, stage, state, err) < 0)
			return -1;
		for (size_t j = 0; j < stage->count; j++)
			if (visit(&walk, state, &stage->instructions[j], err) <
			    0)
				return -1;
	}
	return 0;
}
