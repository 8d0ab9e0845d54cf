/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of builder/language/instruction_parse: one function per grammar
 * of arguments. Each fills its member of a zeroed instruction whose kind is
 * set, so that a failure half way is released as any instruction. INVALID,
 * without the instruction's name before it unless docker has it there.
 */
#ifndef BUILDER_INSTRUCTION_PARTS_H
#define BUILDER_INSTRUCTION_PARTS_H

#include "base/error.h"
#include "builder/language/heredoc.h"
#include "builder/language/instruction.h"
#include "builder/language/line_words.h"

struct instruction_request {
	const struct line_words *words;
	const struct heredocs *heredocs;
	char escape;
};

/* "NAME requires at least one argument"; returns -1. */
int instruction_needs_argument(const struct instruction *instruction,
			       struct error *err);

/* FROM [--platform=P] BASE [AS NAME] */
int instruction_parse_from(const struct instruction_request *request,
			   struct instruction *out,
			   struct error *err) must_check;

/* ENV, LABEL: NAME=VALUE …, or one NAME VALUE. */
int instruction_parse_pairs(const struct instruction_request *request,
			    struct instruction *out,
			    struct error *err) must_check;

/* ARG NAME[=DEFAULT] … */
int instruction_parse_arg(const struct instruction_request *request,
			  struct instruction *out,
			  struct error *err) must_check;

/* ADD and COPY: [flags] SOURCE … DESTINATION, or an array of them. */
int instruction_parse_copy(const struct instruction_request *request,
			   struct instruction *out,
			   struct error *err) must_check;

/* RUN [flags] command */
int instruction_parse_run(const struct instruction_request *request,
			  struct instruction *out,
			  struct error *err) must_check;

/* HEALTHCHECK [flags] CMD command | NONE */
int instruction_parse_health(const struct instruction_request *request,
			     struct instruction *out,
			     struct error *err) must_check;

#endif
