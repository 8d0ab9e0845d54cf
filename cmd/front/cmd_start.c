/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl start */
#include "cmd/front/container_up.h"
#include "cmd/front/foreground.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_attach.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_start.h"
#include "runtime/engine/container_state.h"

struct start_options {
	bool is_attached, is_interactive;
	const char *detach_keys;
};

static const struct option_spec start_option_table[] = {
	{ "attach", 'a', OPTION_BOOL, OPTION_AT(start_options, is_attached),
	  .help = "Attach STDOUT/STDERR and forward signals" },
	{ "detach-keys", 0, OPTION_STRING,
	  OPTION_AT(start_options, detach_keys),
	  .help = "Override the key sequence for detaching a container" },
	{ "interactive", 'i', OPTION_BOOL,
	  OPTION_AT(start_options, is_interactive),
	  .help = "Attach container's STDIN" },
	{ 0 },
};

static const struct usage start_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Start one or more stopped containers",
	.aliases = "imgctl container start, imgctl start",
	.options = start_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

struct starting {
	struct store *store;
	struct strbuf failed; /* names of those that could not be started */
};

static int start_one(struct starting *starting, const char *name,
		     struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(starting->store, name, &container, err) < 0 ||
	    container_up(starting->store, &container, err) < 0)
		return -1;
	return verb_echo(name, err);
}

static int start_and_note(void *context, const char *name, struct error *err)
{
	struct starting *starting = context;

	if (start_one(starting, name, err) == 0)
		return 0;
	strbuf_addf(&starting->failed, "%s%s",
		    starting->failed.length ? ", " : "", name);
	return -1;
}

static int start_all(struct command_call *call, char *const *names,
		     struct error *err)
{
	struct starting starting = { .failed = STRBUF_INIT };
	int result = 0;

	if (context_store(call->context, &starting.store, err) < 0)
		return -1;
	verb_each(call, names, start_and_note, &starting);
	if (starting.failed.length)
		result = error_set(err, ERROR_SYSTEM,
				   "failed to start containers: %s",
				   starting.failed.text);
	strbuf_release(&starting.failed);
	return result;
}

/* One that runs is joined: starting it would change nothing. */
static int start_or_join(struct container_start *request,
			 const struct attach_client *client, int *fd_out,
			 struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	unsigned wants = ATTACH_WANTS_OUTPUT | ATTACH_WANTS_ERRORS;

	if (container_state_load(request->store, request->container, &state,
				 err) < 0)
		return -1;
	if (state.status != CONTAINER_RUNNING || state.is_orphaned)
		return container_start(request, fd_out, err);
	if (client->has_stdin)
		wants |= ATTACH_WANTS_INPUT;
	return container_connect(request->store, request->container, wants,
				 fd_out, err);
}

/* Attached before it starts: nothing of its output is missed. */
static int start_attached(struct command_call *call,
			  const struct start_options *options, const char *name,
			  struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct container_start request = { .container = &container };
	struct attach_client client = {
		.sig_proxy = true,
		.detach_keys = options->detach_keys,
	};
	autoclose int client_fd = -1;

	if (context_store(call->context, &request.store, err) < 0 ||
	    container_find(request.store, name, &container, err) < 0)
		return -1;
	client.is_tty = json_is_true(json_object_get(container.config, "Tty"));
	client.has_stdin =
		options->is_interactive &&
		json_is_true(json_object_get(container.config, "OpenStdin"));
	if (client.is_tty)
		attach_client_size(&request.rows, &request.columns);
	if (foreground_check_terminal(client.is_tty, client.has_stdin, err) < 0)
		return -1;
	container_event(request.store, &container, "attach");
	if (start_or_join(&request, &client, &client_fd, err) < 0 ||
	    attach_client_wait(client_fd, err) < 0)
		return -1;
	client.fd = client_fd;
	return foreground_stay(call, &client, err);
}

int cmd_start(struct command_call *call, struct error *err)
{
	struct start_options options = { .detach_keys = NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &start_usage,
		.target = &options,
	};
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (!options.is_attached && !options.is_interactive)
		return start_all(call, usage.result.operands, err);
	if (usage.result.operand_count > 1)
		return error_set(err, ERROR_INVALID,
				 "you cannot start and attach multiple "
				 "containers at once");
	return start_attached(call, &options, usage.result.operands[0], err);
}
