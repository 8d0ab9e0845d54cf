/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks behind builder/language/lint, in three groups: what instructions
 * look like, stages and their bases, and variables. Each adds to the report.
 */
#ifndef BUILDER_LINT_CHECKS_H
#define BUILDER_LINT_CHECKS_H

#include "base/error.h"
#include "builder/language/dockerfile.h"
#include "builder/language/ignore.h"
#include "builder/language/lint_report.h"
#include "builder/language/pairs.h"
#include "builder/language/scope.h"

/* All that a check may know; borrowed. */
struct lint_input {
	const struct dockerfile *file;
	const struct pairs *given;   /* --build-arg, or NULL */
	const struct ignore *ignore; /* .dockerignore, or NULL */
	struct scope_platforms platforms;

	/*
	 * Append the environment ("NAME=value") of the image BASE to OUT;
	 * false when it is not known, and NULL when none is. What depends on
	 * it is then not judged.
	 */
	bool (*base_env)(void *payload, const char *base, struct strvec *out);
	void *payload;
};

/* Instructions one by one, and what may be only once in a stage. */
void lint_check_instructions(const struct lint_input *input,
			     struct lint_report *report);

/*
 * Names, platforms and bases of stages. INVALID where a FROM cannot be
 * expanded.
 */
int lint_check_stages(const struct lint_input *input,
		      struct lint_report *report, struct error *err) must_check;

/*
 * Variables, and what only shows with their values. INVALID where an
 * instruction cannot be expanded.
 */
int lint_check_variables(const struct lint_input *input,
			 struct lint_report *report,
			 struct error *err) must_check;

#endif
