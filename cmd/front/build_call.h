/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `build --call`: what can be said of a Dockerfile without building it. Printed
 * on standard output, in BuildKit's words.
 */
#ifndef CMD_BUILD_CALL_H
#define CMD_BUILD_CALL_H

#include "builder/language/dockerfile.h"
#include "builder/language/lint_checks.h"

/* Print what the checks found; *FOUND_OUT says whether they did. */
int build_call_check(const struct lint_input *input, bool *found_out,
		     struct error *err) must_check;

/* Print the stages that --target may name. */
int build_call_targets(const struct dockerfile *file,
		       struct error *err) must_check;

/* Print the arguments, secrets and agents that stage TARGET asks for. */
int build_call_outline(const struct dockerfile *file, const char *target,
		       struct error *err) must_check;

#endif
