/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl rename */
#include "cmd/front/front_commands.h"
#include "cmd/front/verb.h"
#include "runtime/engine/container.h"

static const struct usage rename_usage = {
	.arguments = "CONTAINER NEW_NAME",
	.summary = "Rename a container",
	.aliases = "imgctl container rename, imgctl rename",
	.least = 2,
	.most = 2,
	.complete = OPTION_COMPLETE_CONTAINER,
};

int cmd_rename(struct command_call *call, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &rename_usage,
	};
	struct store *store = NULL;
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, usage.result.operands[0], &container, err) <
		    0)
		return -1;
	return container_rename(store, &container, usage.result.operands[1],
				err);
}
