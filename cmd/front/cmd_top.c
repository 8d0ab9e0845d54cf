/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl top */
#include <stdlib.h>

#include "base/alloc.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/process_list.h"
#include "cmd/verb.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_pids.h"

static const struct usage top_usage = {
	.arguments = "CONTAINER [ps OPTIONS]",
	.summary = "Display the running processes of a container",
	.aliases = "imgctl container top, imgctl top",
	.least = 1,
	.most = -1,
	.is_options_first = true,
	.complete = OPTION_COMPLETE_RUNNING,
};

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
	if (container_pids(&state, out, count_out, err) < 0)
		return -1;
	container_event(store, &container, "top");
	return 0;
}

int cmd_top(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &top_usage,
	};
	autoclean(strbuf_release) struct strbuf rows =
		STRBUF_LIMIT(PROCESS_LIST_MAX);
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
	    process_list(usage.result.operands + 1, pids, count, &rows, err) <
		    0)
		return -1;
	return command_print(rows.text, rows.length, err);
}
