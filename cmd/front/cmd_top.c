/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl top */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/proc.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/process_rows.h"
#include "cmd/front/verb.h"
#include "runtime/engine/container_pids.h"

enum { TOP_OUTPUT_MAX = 64 << 20 };

static const struct usage top_usage = {
	.arguments = "CONTAINER [ps OPTIONS]",
	.summary = "Display the running processes of a container",
	.aliases = "imgctl container top, imgctl top",
	.least = 1,
	.most = -1,
	.is_options_first = true,
	.complete = OPTION_COMPLETE_RUNNING,
};

/* The host's own ps, for it knows what is asked of it. */
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

static int find_processes(const struct store *store, const char *name,
			  pid_t **out, size_t *count_out, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_find(store, name, &container, err) < 0 ||
	    container_state_load(store, &container, &state, err) < 0)
		return -1;
	if (!state.pid)
		return error_set(err, ERROR_BUSY, "container %s is not running",
				 container.id);
	return container_pids(&state, out, count_out, err);
}

int cmd_top(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &top_usage,
	};
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(TOP_OUTPUT_MAX);
	autoclean(strbuf_release) struct strbuf rows =
		STRBUF_LIMIT(TOP_OUTPUT_MAX);
	autofree pid_t *pids = NULL;
	struct store *store = NULL;
	size_t count = 0;
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (context_store(call->context, &store, err) < 0 ||
	    find_processes(store, usage.result.operands[0], &pids, &count,
			   err) < 0 ||
	    run_ps(usage.result.operands + 1, &text, err) < 0 ||
	    process_rows(text.text, pids, count, &rows, err) < 0)
		return -1;
	return command_print(rows.text, rows.length, err);
}
