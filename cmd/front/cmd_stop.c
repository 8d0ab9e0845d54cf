/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl stop and imgctl restart */
#include "cmd/front/container_up.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_stop.h"
#include "runtime/signals.h"

struct stop_options {
	const char *signal;
	int64_t timeout;
	bool has_timeout;
};

#define STOP_ROWS                                                           \
	{ "signal", 's', OPTION_STRING, OPTION_AT(stop_options, signal),    \
	  .help = "Signal to send to the container" },                      \
		{ "time",                                                   \
		  't',                                                      \
		  OPTION_INT,                                               \
		  OPTION_AT(stop_options, timeout),                         \
		  .help = "Seconds to wait before killing the container",   \
		  .seen = offsetof(struct stop_options, has_timeout) },     \
	{                                                                   \
		"timeout", 0, OPTION_INT, OPTION_AT(stop_options, timeout), \
			.seen = offsetof(struct stop_options, has_timeout)  \
	}

static const struct option_spec stop_option_table[] = { STOP_ROWS, { 0 } };

static const struct usage stop_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Stop one or more running containers",
	.aliases = "imgctl container stop, imgctl stop",
	.options = stop_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_RUNNING,
};

static const struct usage restart_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Restart one or more containers",
	.aliases = "imgctl container restart, imgctl restart",
	.options = stop_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

struct stopping {
	struct store *store;
	struct container_stop_options how;
	bool is_restart;
};

static int stop_one(void *context, const char *name, struct error *err)
{
	const struct stopping *stopping = context;
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(stopping->store, name, &container, err) < 0)
		return -1;
	if (container_stop(stopping->store, &container, &stopping->how, err) <
		    0 ||
	    (stopping->is_restart &&
	     container_up(stopping->store, &container, err) < 0))
		return error_wrap(err, "cannot %s container: %s",
				  stopping->is_restart ? "restart" : "stop",
				  name);
	if (stopping->is_restart)
		container_event(stopping->store, &container, "restart");
	return verb_echo(name, err);
}

static int stop_all(struct command_call *call, const struct usage *says,
		    bool is_restart, struct error *err)
{
	struct stop_options options = { .signal = NULL };
	struct stopping stopping = { .is_restart = is_restart };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = says,
		.target = &options,
	};
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (options.signal && *options.signal &&
	    signals_from_name(options.signal, &stopping.how.signal, err) < 0)
		return -1;
	stopping.how.has_timeout = options.has_timeout;
	stopping.how.timeout = options.timeout;
	if (context_store(call->context, &stopping.store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, stop_one, &stopping);
	return 0;
}

int cmd_stop(struct command_call *call, struct error *err)
{
	return stop_all(call, &stop_usage, false, err);
}

int cmd_restart(struct command_call *call, struct error *err)
{
	return stop_all(call, &restart_usage, true, err);
}
