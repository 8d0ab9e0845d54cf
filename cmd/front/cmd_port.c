/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl port */
#include "base/alloc.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/verb.h"
#include "runtime/engine/container.h"

static const struct usage port_usage = {
	.arguments = "CONTAINER [PRIVATE_PORT[/PROTO]]",
	.summary = "List port mappings or a specific mapping for the container",
	.aliases = "imgctl container port, imgctl port",
	.least = 1,
	.most = 2,
	.complete = OPTION_COMPLETE_CONTAINER,
};

/* The networks that there are, none and host, publish no port. */
int cmd_port(struct command_call *call, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &port_usage,
	};
	char *const *operands;
	struct store *store = NULL;
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	operands = usage.result.operands;
	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, operands[0], &container, err) < 0)
		return -1;
	if (!operands[1])
		return 0;
	return error_set(err, ERROR_NOT_FOUND,
			 "No public port '%s' published for %s", operands[1],
			 operands[0]);
}
