/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of an instruction with quotes, escapes and variables of its
 * arguments resolved.
 *
 *   FROM          base, platform
 *   ADD COPY      sources, destination, chown, chmod, checksum, excludes,
 *                 and the text of heredocs whose name is not quoted
 *   ENV LABEL     names and values, all from what was set before the line
 *   ARG           values; scope_declare does more, and one by one
 *   EXPOSE        ports, split into words once more
 *   STOPSIGNAL USER VOLUME WORKDIR  all
 *   RUN           the values of --mount (into mounts) and --device
 *
 * The text of RUN, CMD, ENTRYPOINT, HEALTHCHECK, SHELL and ONBUILD stays:
 * the shell of the container reads it. An expanded ONBUILD has no trigger.
 */
#ifndef BUILDER_INSTRUCTION_EXPAND_H
#define BUILDER_INSTRUCTION_EXPAND_H

#include "base/error.h"
#include "builder/language/expand.h"
#include "builder/language/instruction.h"

/* Expand FROM into OUT, which the caller releases. INVALID, TOO_LARGE. */
int instruction_expand(const struct instruction *from,
		       const struct expand_scope *scope,
		       struct instruction *out, struct error *err) must_check;

#endif
