/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `build --check`: what is legal in a Dockerfile, but not what its author
 * can want.
 *
 *   struct lint_input input = { .file = &file, .platforms = … };
 *   autoclean(lint_report_release) struct lint_report report;
 *   if (lint_run(&input, &report, err) < 0)
 *           … the file cannot be built; REPORT is good nevertheless
 *
 * The file's own `check` directive turns rules off; check_error of it says
 * that findings are failures. Pure.
 */
#ifndef BUILDER_LINT_H
#define BUILDER_LINT_H

#include "base/error.h"
#include "builder/language/lint_checks.h"
#include "builder/language/lint_report.h"

/*
 * Check INPUT and fill OUT, in the order of lines, also where it fails.
 * INVALID as "Dockerfile:3: …" where words cannot be expanded.
 */
int lint_run(const struct lint_input *input, struct lint_report *out,
	     struct error *err) must_check;

#endif
