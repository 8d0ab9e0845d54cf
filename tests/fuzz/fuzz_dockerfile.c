/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile, parsed, and every instruction of it expanded in the scope
 * that it stands in, whose variables are what the file itself sets; then its
 * checks.
 */
#include <stddef.h>
#include <stdint.h>

#include "builder/language/dockerfile.h"
#include "builder/language/instruction_expand.h"
#include "builder/language/lint.h"
#include "builder/language/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(const struct dockerfile *file, struct scope *scope,
		  const struct instruction *at)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(strvec_release) struct strvec missing = STRVEC_INIT;
	autoclean(instruction_release) struct instruction out = {
		.kind = INSTRUCTION_NONE
	};
	char escape = file->directives.escape;
	struct expand_scope expand = scope_expand(scope, escape, &missing);

	if (at->kind == INSTRUCTION_ARG &&
	    scope_declare(scope, at, escape, &missing, &err) < 0)
		return;
	if (instruction_expand(at, &expand, &out, &err) < 0)
		return;
	for (size_t i = 0;
	     at->kind == INSTRUCTION_ENV && i < out.pairs.pairs.count; i++)
		scope_set_env(scope, out.pairs.pairs.items[i].name,
			      out.pairs.pairs.items[i].value);
	if (at->kind == INSTRUCTION_ONBUILD) {
		autoclean(instruction_release) struct instruction trigger = {
			.kind = INSTRUCTION_NONE
		};

		if (dockerfile_parse_trigger(out.onbuild.text, &trigger, &err) <
		    0)
			return;
	}
}

static void check(const struct dockerfile *file,
		  const struct scope_platforms *platforms)
{
	const struct lint_input input = { .file = file,
					  .platforms = *platforms };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(lint_report_release) struct lint_report report = {
		.directives = NULL
	};

	if (lint_run(&input, &report, &err) < 0)
		return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scope_platforms platforms = { "linux/amd64",
						   "linux/arm64/v8", NULL };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;
	autoclean(scope_release) struct scope global = SCOPE_INIT;

	if (dockerfile_parse("f", (const char *)data, size, &file, &err) < 0)
		return 0;
	scope_init_global(&global, NULL, &platforms);
	for (size_t i = 0; i < file.global_count; i++)
		visit(&file, &global, &file.globals[i]);
	for (size_t i = 0; i < file.stage_count; i++) {
		const struct dockerfile_stage *stage = &file.stages[i];
		autoclean(scope_release) struct scope scope = SCOPE_INIT;

		visit(&file, &global, &stage->from);
		scope_init_stage(&scope, &global, NULL);
		for (size_t j = 0; j < stage->count; j++)
			visit(&file, &scope, &stage->instructions[j]);
	}
	check(&file, &platforms);
	return 0;
}
