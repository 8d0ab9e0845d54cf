/* SPDX-License-Identifier: Apache-2.0 */
/* Findings, counted and handed on. */
#include "layers/image/check_report.h"

#include "base/clock.h"
#include "base/strbuf.h"

enum { REPORT_MAX = 4096 };

void check_report(struct check *check, enum check_kind kind, bool is_repaired,
		  const char *subject, const char *format, ...)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(REPORT_MAX);
	struct check_finding finding = { kind, subject, NULL, is_repaired };
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	if (is_repaired)
		check->totals.repaired++;
	else if (kind == CHECK_PROBLEM)
		check->totals.problems++;
	else
		check->totals.leftovers++;
	finding.text = text.text;
	if (check->request->found)
		check->request->found(check->request->context, &finding);
}

bool check_is_old(const struct check *check, int64_t time, int64_t least)
{
	return check->request->now / CLOCK_SECOND - time >= least;
}
