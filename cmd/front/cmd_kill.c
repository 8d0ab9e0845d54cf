/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl kill */
#include <signal.h>

#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_stop.h"
#include "runtime/signals.h"

struct kill_options {
	const char *signal;
};

static const struct option_spec kill_option_table[] = {
	{ "signal", 's', OPTION_STRING, OPTION_AT(kill_options, signal),
	  .help = "Signal to send to the container" },
	{ 0 },
};

static const struct usage kill_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Kill one or more running containers",
	.aliases = "imgctl container kill, imgctl kill",
	.options = kill_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_RUNNING,
};

struct killing {
	struct store *store;
	const char *signal; /* NULL: the certain one */
};

static int kill_one(void *context, const char *name, struct error *err)
{
	const struct killing *killing = context;
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	int number = SIGKILL;

	/* docker's client leaves out what is empty */
	if (container_find(killing->store, name, &container, err) < 0 ||
	    (killing->signal && *killing->signal &&
	     signals_from_name(killing->signal, &number, err) < 0) ||
	    container_kill(killing->store, &container, number, err) < 0)
		return error_wrap(err, "cannot kill container: %s", name);
	return verb_echo(name, err);
}

int cmd_kill(struct command_call *call, struct error *err)
{
	struct kill_options options = { .signal = NULL };
	struct killing killing = { .store = NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &kill_usage,
		.target = &options,
	};
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	killing.signal = options.signal;
	if (context_store(call->context, &killing.store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, kill_one, &killing);
	return 0;
}
