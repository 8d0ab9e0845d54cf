/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl exec */
#include "cmd/front/foreground.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/run_parts.h"
#include "cmd/verb.h"
#include "runtime/engine/container_exec.h"
#include "runtime/self_protect.h"

enum { EXEC_TOOL_FAILED = 125, EXEC_PROGRAM_FAILED = 126 };

/* What exec has of run's options means the same. */
static const struct option_spec exec_option_table[] = {
	{ "detach", 'd', OPTION_BOOL, OPTION_AT(run_options, is_detached),
	  .help = "Detached mode: run command in the background" },
	{ "detach-keys", 0, OPTION_STRING, OPTION_AT(run_options, detach_keys),
	  .help = "Override the key sequence for detaching a container" },
	{ "env", 'e', OPTION_LIST, OPTION_AT(run_options, env),
	  .help = "Set environment variables" },
	{ "env-file", 0, OPTION_LIST, OPTION_AT(run_options, env_files),
	  .help = "Read in a file of environment variables",
	  .complete = OPTION_COMPLETE_FILE },
	{ "interactive", 'i', OPTION_BOOL,
	  OPTION_AT(run_options, is_interactive),
	  .help = "Keep STDIN open even if not attached" },
	{ "privileged", 0, OPTION_BOOL, OPTION_AT(run_options, is_privileged),
	  .help = "Give extended privileges to the command" },
	{ "tty", 't', OPTION_BOOL, OPTION_AT(run_options, is_tty),
	  .help = "Allocate a pseudo-TTY" },
	{ "user", 'u', OPTION_STRING, OPTION_AT(run_options, user),
	  .help = "Username or UID (format: \"<name|uid>[:<group|gid>]\")" },
	{ "workdir", 'w', OPTION_STRING, OPTION_AT(run_options, workdir),
	  .help = "Working directory inside the container" },
	{ 0 },
};

static const struct usage exec_usage = {
	.arguments = "CONTAINER COMMAND [ARG...]",
	.summary = "Execute a command in a running container",
	.aliases = "imgctl container exec, imgctl exec",
	.options = exec_option_table,
	.least = 2,
	.most = -1,
	.is_options_first = true,
	.complete = OPTION_COMPLETE_RUNNING,
};

/* A container that is in no state for it is 1, as one that is not there. */
static int start(struct command_call *call, const struct run_options *options,
		 struct container_exec *want, int *client_out,
		 struct error *err)
{
	json_t *env = NULL;
	int result = run_env(options,
			     json_object_get(want->container->config, "Env"),
			     &env, err);

	want->env = env;
	if (options->is_tty)
		attach_client_size(&want->rows, &want->columns);
	if (result < 0) {
		/* a file that is not there is not a wrong word */
		if (err->kind == ERROR_INVALID)
			call->status = EXEC_TOOL_FAILED;
	} else {
		result = container_exec(want, client_out, err);
		if (result < 0 && err->kind != ERROR_BUSY)
			call->status = EXEC_PROGRAM_FAILED;
	}
	json_decref(env);
	return result;
}

/* Whatever keeps the command from being run is 126, if not 127. */
static int wait_for_start(struct command_call *call, int client_fd,
			  struct error *err)
{
	int status;

	if (attach_client_wait(client_fd, err) == 0)
		return 0;
	status = foreground_status(err->kind);
	call->status = status == 127 ? status : EXEC_PROGRAM_FAILED;
	return -1;
}

static int execute(struct command_call *call, const struct run_options *options,
		   char *const *operands, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct container_exec want = {
		.container = &container,
		.user = options->user,
		.directory = options->workdir,
		.command = operands + 1,
		.is_tty = options->is_tty,
		.has_stdin = options->is_interactive && !options->is_detached,
		.is_privileged = options->is_privileged,
		.lives_on = options->is_detached,
	};
	autoclose int client_fd = -1;
	struct attach_client client = {
		.is_tty = options->is_tty,
		.has_stdin = want.has_stdin,
		.sig_proxy = true,
		.detach_keys = options->detach_keys,
	};

	if (context_store(call->context, &want.store, err) < 0 ||
	    container_find(want.store, operands[0], &container, err) < 0 ||
	    start(call, options, &want, &client_fd, err) < 0 ||
	    wait_for_start(call, client_fd, err) < 0)
		return -1;
	if (options->is_detached)
		return 0;
	client.fd = client_fd;
	return foreground_stay(call, &client, err);
}

int cmd_exec(struct command_call *call, struct error *err)
{
	autoclean(run_options_release) struct run_options options =
		RUN_OPTIONS_INIT;
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &exec_usage,
		.target = &options,
	};
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (foreground_check_terminal(options.is_tty && !options.is_detached,
				      options.is_interactive, err) < 0 ||
	    self_protect_enter(call->context->argv, err) < 0)
		return -1;
	return execute(call, &options, usage.result.operands, err);
}
