/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl rename */
#include "base/alloc.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/network_connect.h"

static const struct usage rename_usage = {
	.arguments = "CONTAINER NEW_NAME",
	.summary = "Rename a container",
	.aliases = "imgctl container rename, imgctl rename",
	.least = 2,
	.most = 2,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static int rename_one(struct store *store, struct container *container,
		      const char *name, struct error *err)
{
	autofree char *old = xasprintf("/%s", container->name);

	/* docker's words for what is no name at all */
	if (!*name)
		return error_set(err, ERROR_INVALID,
				 "Neither old nor new names may be empty");
	if (container_rename(store, container, name, err) < 0 ||
	    network_rename(store, container, err) < 0)
		return -1;
	container_event_with(store, container, "rename",
			     json_pack("{s:s}", "oldName", old));
	return 0;
}

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
	return rename_one(store, &container, usage.result.operands[1], err);
}
