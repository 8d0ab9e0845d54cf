/* SPDX-License-Identifier: Apache-2.0 */
/* Names to be locked. */
#include "builder/lock/lock_names.h"

#include <string.h>

#include "base/alloc.h"
#include "builder/language/instruction_expand.h"
#include "builder/language/run_mount.h"
#include "builder/steps/add_fetch.h"
#include "registry/spec/reference.h"

struct finding {
	const struct dockerfile *file;
	const struct dockerfile_stage *stage;
	struct scope global, scope;
	struct lock_names *out;
};

static void finding_release(struct finding *finding)
{
	scope_release(&finding->global);
	scope_release(&finding->scope);
}
DEFINE_CLEANUP(struct finding, finding_release)

static void add_once(struct strvec *list, const char *text)
{
	if (!strvec_has(list, text))
		strvec_add(list, text);
}

char *lock_names_image(const char *name)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (reference_parse(name, &reference, &ignored) < 0)
		return xstrdup(name);
	reference_default_tag(&reference);
	return reference_familiar(&reference);
}

/* NAME of a FROM or --from, unless it is a stage's. */
static void add_image(struct finding *finding, const char *name,
		      bool has_numbers)
{
	autofree char *whole = NULL;

	if (!name || !strcmp(name, "scratch") ||
	    dockerfile_find_stage(finding->file, name, finding->stage->number,
				  has_numbers))
		return;
	whole = lock_names_image(name);
	add_once(&finding->out->images, whole);
}

static void add_sources(struct finding *finding,
			const struct copy_instruction *copy)
{
	for (size_t i = 0; i < copy->source_count; i++) {
		const char *path = copy->sources[i].path;

		if (copy->sources[i].content || !add_fetch_is_url(path))
			continue;
		add_once(add_fetch_is_git(path) ? &finding->out->git
						: &finding->out->urls,
			 path);
	}
}

static void set_env(struct finding *finding, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		scope_set_env(&finding->scope, pairs->items[i].name,
			      pairs->items[i].value ? pairs->items[i].value
						    : "");
}

static void take(struct finding *finding, const struct instruction *expanded)
{
	switch (expanded->kind) {
	case INSTRUCTION_COPY:
		add_image(finding, expanded->copy.from, true);
		break;
	case INSTRUCTION_ADD:
		add_sources(finding, &expanded->copy);
		break;
	case INSTRUCTION_RUN:
		for (size_t i = 0; i < expanded->run.mounts.count; i++)
			add_image(finding, expanded->run.mounts.items[i].from,
				  true);
		break;
	case INSTRUCTION_ENV:
		set_env(finding, &expanded->pairs.pairs);
		break;
	default:
		break;
	}
}

static int find_in_stage(struct finding *finding, struct error *err)
{
	const struct dockerfile_stage *stage = finding->stage;
	const char escape = finding->file->directives.escape;

	for (size_t i = 0; i < stage->count; i++) {
		const struct instruction *at = &stage->instructions[i];
		struct expand_scope scope = scope_expand(&finding->scope,
							 escape, NULL);
		autoclean(instruction_release) struct instruction expanded = {
			.kind = INSTRUCTION_NONE,
		};

		if ((at->kind == INSTRUCTION_ARG
			     ? scope_declare(&finding->scope, at, escape, NULL,
					     err)
			     : instruction_expand(at, &scope, &expanded, err)) <
		    0)
			return dockerfile_wrap_error(finding->file, at, err);
		take(finding, &expanded);
	}
	return 0;
}

static int find_base(struct finding *finding, struct error *err)
{
	struct expand_scope scope = scope_expand(
		&finding->global, finding->file->directives.escape, NULL);
	autoclean(instruction_release) struct instruction from = {
		.kind = INSTRUCTION_NONE,
	};

	if (instruction_expand(&finding->stage->from, &scope, &from, err) < 0)
		return dockerfile_wrap_error(finding->file,
					     &finding->stage->from, err);
	add_image(finding, from.from.base, false);
	return 0;
}

int lock_names_find(const struct dockerfile *file, const struct pairs *args,
		    const struct scope_platforms *platforms,
		    struct lock_names *out, struct error *err)
{
	autoclean(finding_release) struct finding finding = {
		.file = file,
		.global = SCOPE_INIT,
		.scope = SCOPE_INIT,
		.out = out,
	};
	const struct strvec none = STRVEC_INIT;

	scope_init_global(&finding.global, args, platforms);
	for (size_t i = 0; i < file->global_count; i++)
		if (scope_declare(&finding.global, &file->globals[i],
				  file->directives.escape, NULL, err) < 0)
			return dockerfile_wrap_error(file, &file->globals[i],
						     err);
	for (size_t i = 0; i < file->stage_count; i++) {
		finding.stage = &file->stages[i];
		scope_release(&finding.scope);
		finding.scope = (struct scope)SCOPE_INIT;
		scope_init_stage(&finding.scope, &finding.global, &none);
		if (find_base(&finding, err) < 0 ||
		    find_in_stage(&finding, err) < 0)
			return -1;
	}
	return 0;
}

void lock_names_release(struct lock_names *names)
{
	strvec_release(&names->images);
	strvec_release(&names->urls);
	strvec_release(&names->git);
}
