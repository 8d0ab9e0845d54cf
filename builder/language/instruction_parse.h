/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes an instruction of its line: keyword, flags and arguments, each with
 * the grammar that docker documents. Errors name the instruction and what
 * was expected; who knows the file and the line prepends them. Pure.
 */
#ifndef BUILDER_INSTRUCTION_PARSE_H
#define BUILDER_INSTRUCTION_PARSE_H

#include "base/error.h"
#include "builder/language/instruction.h"
#include "builder/language/source_lines.h"

/* Parse LINE, whose file has that ESCAPE character, into OUT. INVALID. */
int instruction_parse(const struct source_line *line, char escape,
		      struct instruction *out, struct error *err) must_check;

#endif
