/* SPDX-License-Identifier: Apache-2.0 */
/* All checks, one after the other. */
#include "builder/language/lint.h"

int lint_run(const struct lint_input *input, struct lint_report *out,
	     struct error *err)
{
	int result;

	lint_report_init(out, &input->file->directives);
	lint_check_instructions(input, out);
	result = lint_check_stages(input, out, err);
	if (result == 0)
		result = lint_check_variables(input, out, err);
	lint_report_sort(out);
	return result;
}
