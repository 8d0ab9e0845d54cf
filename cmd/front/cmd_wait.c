/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl wait, pause and unpause: one thing done to each container named */
#include "base/alloc.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_stop.h"

static const struct usage wait_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Block until one or more containers stop, then print their "
		   "exit codes",
	.aliases = "imgctl container wait, imgctl wait",
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static const struct usage pause_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Pause all processes within one or more containers",
	.aliases = "imgctl container pause, imgctl pause",
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_RUNNING,
};

static const struct usage unpause_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Unpause all processes within one or more containers",
	.aliases = "imgctl container unpause, imgctl unpause",
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_RUNNING,
};

static int wait_one(void *context, const char *name, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autofree char *text = NULL;
	int code = 0;

	if (container_find(context, name, &container, err) < 0 ||
	    container_wait(context, &container, &code, err) < 0)
		return -1;
	text = xasprintf("%d", code);
	return verb_echo(text, err);
}

static int pause_one(void *context, const char *name, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(context, name, &container, err) < 0 ||
	    container_pause(context, &container, err) < 0)
		return -1;
	return verb_echo(name, err);
}

static int unpause_one(void *context, const char *name, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(context, name, &container, err) < 0 ||
	    container_unpause(context, &container, err) < 0)
		return -1;
	return verb_echo(name, err);
}

static int each(struct command_call *call, const struct usage *says,
		verb_act *act, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = says,
	};
	struct store *store = NULL;
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, act, store);
	return 0;
}

int cmd_wait(struct command_call *call, struct error *err)
{
	return each(call, &wait_usage, wait_one, err);
}

int cmd_pause(struct command_call *call, struct error *err)
{
	return each(call, &pause_usage, pause_one, err);
}

int cmd_unpause(struct command_call *call, struct error *err)
{
	return each(call, &unpause_usage, unpause_one, err);
}
