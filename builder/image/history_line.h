/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image's history says of an instruction, in docker's words: values
 * as they are once variables are filled in, commands with their shell, ports
 * and volumes as sets. Instructions get here once they are expanded
 * (instruction_expand.h) and applied (image_settings.h). Pure.
 */
#ifndef BUILDER_HISTORY_LINE_H
#define BUILDER_HISTORY_LINE_H

#include <jansson.h>

#include "builder/language/instruction.h"

/*
 * The line for INSTRUCTION, of an image with CONFIG; the caller's. RUN and
 * WORKDIR have lines of their own: see their steps.
 */
char *history_line_format(const struct instruction *instruction,
			  const json_t *config)
	__attribute__((returns_nonnull));

#endif
