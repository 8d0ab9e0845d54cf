/* SPDX-License-Identifier: Apache-2.0 */
/* A stage: its base, and its instructions one after the other. */
#include "builder/build_stage.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "builder/build_source.h"
#include "builder/build_step.h"
#include "builder/build_step_parts.h"
#include "builder/image/history_line.h"
#include "builder/image/image_settings.h"
#include "builder/language/instruction_expand.h"

static char escape_of(const struct build_state *build)
{
	return build->request->file->directives.escape;
}

/* FROM's words with the global arguments filled in. */
static int expand_from(const struct build_state *build,
		       const struct dockerfile_stage *parsed,
		       struct instruction *out, struct error *err)
{
	struct expand_scope scope = scope_expand(&build->global,
						 escape_of(build), NULL);

	if (instruction_expand(&parsed->from, &scope, out, err) < 0)
		return -1;
	if (!out->from.base || !*out->from.base) {
		instruction_release(out);
		return error_set(err, ERROR_INVALID,
				 "base name (%s) should not be blank",
				 parsed->from.from.base);
	}
	return 0;
}

const struct dockerfile_stage *build_stage_base(
	const struct build_state *build, const struct dockerfile_stage *parsed)
{
	autoclean(instruction_release) struct instruction from = {
		.kind = INSTRUCTION_NONE,
	};
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (expand_from(build, parsed, &from, &ignored) < 0 ||
	    build_source_context(build->request, from.from.base))
		return NULL;
	return dockerfile_find_stage(build->request->file, from.from.base,
				     parsed->number, false);
}

static void add_history(struct build_stage *stage,
			const struct instruction *instruction)
{
	autofree char *line = history_line_format(
		instruction, image_state_config(&stage->image));
	const struct image_step step = { .created_by = line };

	image_state_add(&stage->image, &step);
}

/* The variables of the base image are those of the stage. */
static int begin_scope(struct build_state *build, struct build_stage *stage,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	const json_t *config = image_state_config(&stage->image);

	if (jsonx_opt_strings(config, "Env", &env, err) < 0)
		return -1;
	scope_init_stage(&stage->scope, &build->global, &env);
	return 0;
}

static int begin_image(struct build_state *build, struct build_stage *stage,
		       const char *name, struct error *err)
{
	const struct build_context *context =
		build_source_context(build->request, name);
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;

	if (context && context->folder >= 0)
		return error_set(err, ERROR_INVALID,
				 "%s is a folder and no image", name);
	if (platform_parse(stage->platform, &platform, err) < 0)
		return -1;
	if (strcmp(name, "scratch") != 0 || context)
		return build_source_image(build,
					  context ? context->image : name,
					  stage->platform, &stage->image, err);
	image_state_scratch(&platform, &stage->image);
	return 0;
}

/* A stage upon a stage goes on with its image, variables and arguments. */
static int begin_stage(struct build_state *build, struct build_stage *stage,
		       const struct dockerfile_stage *base, struct error *err)
{
	const struct build_stage *other = &build->stages[base->number];

	if (build_stage_need(build, base->number, err) < 0)
		return -1;
	image_state_copy(&other->image, &stage->image);
	scope_copy(&other->scope, &stage->scope);
	stage->has_layer = other->has_layer;
	return 0;
}

static int begin(struct build_state *build, struct build_stage *stage,
		 struct error *err)
{
	autoclean(instruction_release) struct instruction from = {
		.kind = INSTRUCTION_NONE,
	};
	autoclean(build_step_release) struct build_step step = {
		.build = build,
		.stage = stage,
		.key = STEP_KEY_INIT,
		.quick = STEP_KEY_INIT,
	};
	const struct dockerfile_stage *base;
	autofree char *text = NULL;

	if (expand_from(build, stage->parsed, &from, err) < 0)
		return -1;
	stage->platform = xstrdup(from.from.platform && *from.from.platform
					  ? from.from.platform
					  : build->platform);
	base = build_stage_base(build, stage->parsed);
	if (base)
		return begin_stage(build, stage, base, err);
	text = xasprintf("FROM %s", from.from.base);
	step.instruction = &stage->parsed->from;
	build_step_begin(&step, text);
	if (begin_image(build, stage, from.from.base, err) < 0 ||
	    begin_scope(build, stage, err) < 0)
		return error_wrap(err, "FROM %s", from.from.base);
	if (build->request->has_latest) {
		stage->image.created = build->request->latest;
		stage->image.is_fixed = true;
	}
	build_step_done(&step);
	return 0;
}

static void set_env(struct build_stage *stage, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		scope_set_env(&stage->scope, pairs->items[i].name,
			      pairs->items[i].value ? pairs->items[i].value
						    : "");
}

static int apply_settings(struct build_stage *stage,
			  const struct instruction *instruction,
			  struct error *err)
{
	struct image_settings settings = {
		.document = stage->image.document,
		.has_command = stage->has_command,
	};

	if (image_settings_apply(&settings, instruction, err) < 0)
		return -1;
	stage->has_command = settings.has_command;
	if (instruction->kind == INSTRUCTION_ENV)
		set_env(stage, &instruction->pairs.pairs);
	add_history(stage, instruction);
	return 0;
}

/* One argument may be part of the next one's default. */
static int declare(struct build_state *build, struct build_stage *stage,
		   const struct instruction *instruction, struct error *err)
{
	autoclean(instruction_release) struct instruction expanded = {
		.kind = INSTRUCTION_NONE,
	};
	struct expand_scope scope;

	if (scope_declare(&stage->scope, instruction, escape_of(build), NULL,
			  err) < 0)
		return -1;
	scope = scope_expand(&stage->scope, escape_of(build), NULL);
	if (instruction_expand(instruction, &scope, &expanded, err) < 0)
		return -1;
	add_history(stage, &expanded);
	return 0;
}

static int run_instruction(struct build_state *build, struct build_stage *stage,
			   const struct instruction *instruction,
			   struct error *err)
{
	struct expand_scope scope = scope_expand(&stage->scope,
						 escape_of(build), NULL);
	autoclean(instruction_release) struct instruction expanded = {
		.kind = INSTRUCTION_NONE,
	};

	if (instruction->kind == INSTRUCTION_ARG)
		return declare(build, stage, instruction, err);
	if (instruction_expand(instruction, &scope, &expanded, err) < 0)
		return -1;
	if (build_step_has(expanded.kind))
		return build_step_run(build, stage, &expanded, err);
	return apply_settings(stage, &expanded, err);
}

static int run_all(struct build_state *build, struct build_stage *stage,
		   const struct instruction *instructions, size_t count,
		   struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (run_instruction(build, stage, &instructions[i], err) < 0)
			return dockerfile_wrap_error(build->request->file,
						     &instructions[i], err);
	return 0;
}

/* What the base image left to be done; it is not passed on. */
static int run_triggers(struct build_state *build, struct build_stage *stage,
			struct error *err)
{
	json_t *config = image_state_config(&stage->image);
	autoclean(jsonx_free) json_t *triggers =
		json_incref(json_object_get(config, "OnBuild"));
	const json_t *trigger;
	size_t index;

	(void)json_object_del(config, "OnBuild");
	json_array_foreach(triggers, index, trigger)
	{
		autoclean(
			instruction_release) struct instruction instruction = {
			.kind = INSTRUCTION_NONE
		};
		const char *text = json_string_value(trigger);

		if (!text)
			continue;
		if (dockerfile_parse_trigger(text, &instruction, err) < 0)
			return error_wrap(err, "ONBUILD trigger \"%s\"", text);
		stage->total += build_step_has(instruction.kind);
		if (run_instruction(build, stage, &instruction, err) < 0)
			return error_wrap(err, "ONBUILD trigger \"%s\"", text);
	}
	return 0;
}

int build_stage_run(struct build_state *build, struct build_stage *stage,
		    struct error *err)
{
	const struct dockerfile_stage *parsed = stage->parsed;

	stage->total = 1;
	for (size_t i = 0; i < parsed->count; i++)
		stage->total += build_step_has(parsed->instructions[i].kind);
	if (begin(build, stage, err) < 0)
		return dockerfile_wrap_error(build->request->file,
					     &parsed->from, err);
	if (run_triggers(build, stage, err) < 0)
		return dockerfile_wrap_error(build->request->file,
					     &parsed->from, err);
	return run_all(build, stage, parsed->instructions, parsed->count, err);
}
