/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl attach */
#include "cmd/front/foreground.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_attach.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_state.h"

struct attach_options {
	bool has_no_stdin, sig_proxy;
	const char *detach_keys;
};

static const struct option_spec attach_option_table[] = {
	{ "detach-keys", 0, OPTION_STRING,
	  OPTION_AT(attach_options, detach_keys),
	  .help = "Override the key sequence for detaching a container" },
	{ "no-stdin", 0, OPTION_BOOL, OPTION_AT(attach_options, has_no_stdin),
	  .help = "Do not attach STDIN" },
	{ "sig-proxy", 0, OPTION_BOOL, OPTION_AT(attach_options, sig_proxy),
	  .help = "Proxy all received signals to the process",
	  .fallback = "true" },
	{ 0 },
};

static const struct usage attach_usage = {
	.arguments = "CONTAINER",
	.summary = "Attach local standard input, output, and error streams to "
		   "a running container",
	.aliases = "imgctl container attach, imgctl attach",
	.options = attach_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_RUNNING,
};

static int check_state(const struct store *store,
		       const struct container *container, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	if (state.status == CONTAINER_PAUSED)
		return error_set(err, ERROR_BUSY,
				 "You cannot attach to a paused container, "
				 "unpause it first");
	if (state.status == CONTAINER_RESTARTING)
		return error_set(err, ERROR_BUSY,
				 "You cannot attach to a restarting container, "
				 "wait until it is running");
	if (state.status != CONTAINER_RUNNING)
		return error_set(err, ERROR_BUSY,
				 "You cannot attach to a stopped container, "
				 "start it first");
	return 0;
}

static int attach(struct command_call *call,
		  const struct attach_options *options, const char *name,
		  struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct attach_client client = {
		.sig_proxy = options->sig_proxy,
		.detach_keys = options->detach_keys,
	};
	struct store *store = NULL;
	autoclose int fd = -1;
	unsigned wants = ATTACH_WANTS_OUTPUT | ATTACH_WANTS_ERRORS;

	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, name, &container, err) < 0 ||
	    check_state(store, &container, err) < 0)
		return -1;
	client.is_tty = json_is_true(json_object_get(container.config, "Tty"));
	client.has_stdin =
		!options->has_no_stdin &&
		json_is_true(json_object_get(container.config, "OpenStdin"));
	if (client.has_stdin)
		wants |= ATTACH_WANTS_INPUT;
	if (foreground_check_terminal(client.is_tty, client.has_stdin, err) <
		    0 ||
	    container_connect(store, &container, wants, &fd, err) < 0 ||
	    attach_client_wait(fd, err) < 0)
		return -1;
	client.fd = fd;
	container_event(store, &container, "attach");
	return foreground_stay(call, &client, err);
}

int cmd_attach(struct command_call *call, struct error *err)
{
	struct attach_options options = { .sig_proxy = true };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &attach_usage,
		.target = &options,
	};
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	return done ? 0 : attach(call, &options, usage.result.operands[0], err);
}
