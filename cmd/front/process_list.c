/* SPDX-License-Identifier: Apache-2.0 */
/* Runs ps(1). */
#include "cmd/front/process_list.h"

#include "base/proc.h"
#include "base/strvec.h"
#include "cmd/front/process_rows.h"

static int run_ps(char *const *options, struct strbuf *out, struct error *err)
{
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf said = STRBUF_LIMIT(4096);
	struct proc_capture ps = { .out = out, .diagnostics = &said };

	strvec_add(&argv, "ps");
	if (!*options)
		strvec_add(&argv, "-ef");
	for (; *options; options++)
		strvec_add(&argv, *options);
	ps.argv = argv.items;
	if (proc_run(&ps, err) < 0)
		return error_wrap(err, "ps");
	if (ps.status)
		return error_set(err, ERROR_INVALID, "ps: %s", said.text);
	return 0;
}

int process_list(char *const *options, const pid_t *pids, size_t count,
		 struct strbuf *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(PROCESS_LIST_MAX);

	if (run_ps(options, &text, err) < 0)
		return -1;
	return process_rows(text.text, pids, count, out, err);
}
