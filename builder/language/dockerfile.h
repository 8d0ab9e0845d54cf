/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole Dockerfile: its directives, the ARGs before the first FROM, and its
 * stages with their instructions.
 *
 *   autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;
 *   if (dockerfile_parse("Dockerfile", bytes, length, &file, err) < 0)
 *           return -1;
 *
 * Errors read "Dockerfile:3: …". Pure: nothing is fetched, no file but this
 * one is read, and no variable has a value yet. A parsed file is immutable
 * and may be read by several threads.
 */
#ifndef BUILDER_DOCKERFILE_H
#define BUILDER_DOCKERFILE_H

#include <stddef.h>

#include "base/error.h"
#include "builder/language/directives.h"
#include "builder/language/instruction.h"

struct dockerfile_stage {
	size_t number;		 /* from 0 */
	struct instruction from; /* from.from.stage_name: its name, or NULL */
	struct instruction *instructions; /* without FROM */
	size_t count;
};

struct dockerfile {
	char *name; /* as errors show it */
	struct directives directives;
	struct instruction *globals; /* ARG, before the first FROM */
	size_t global_count;
	struct dockerfile_stage *stages; /* at least one */
	size_t stage_count;
};

#define DOCKERFILE_INIT                       \
	{                                     \
		.directives = DIRECTIVES_INIT \
	}

/* Parse LENGTH bytes of the file NAME. INVALID, TOO_LARGE. */
int dockerfile_parse(const char *name, const char *bytes, size_t length,
		     struct dockerfile *out, struct error *err) must_check;

/*
 * Parse TEXT, an ONBUILD trigger of a base image. INVALID, also for FROM,
 * MAINTAINER and ONBUILD.
 */
int dockerfile_parse_trigger(const char *text, struct instruction *out,
			     struct error *err) must_check;

/*
 * The stage that NAME (in any case) means to a FROM or --from in a stage
 * BEFORE which it must stand: the last one of that name; NULL for none. A
 * number is one for --from only: NUMBERS.
 */
const struct dockerfile_stage *dockerfile_find_stage(
	const struct dockerfile *file, const char *name, size_t before,
	bool numbers);

/*
 * The stage to build: TARGET as --target gives it (a name in any case, or a
 * number), the last stage when NULL. NOT_FOUND, with what is near to it.
 */
int dockerfile_find_target(const struct dockerfile *file, const char *target,
			   const struct dockerfile_stage **out,
			   struct error *err) must_check;

/* Prepend "NAME:LINE: " to an error of INSTRUCTION; returns -1. */
int dockerfile_wrap_error(const struct dockerfile *file,
			  const struct instruction *instruction,
			  struct error *err);

/* Free all and return to the initial state. */
void dockerfile_release(struct dockerfile *file);
DEFINE_CLEANUP(struct dockerfile, dockerfile_release)

#endif
