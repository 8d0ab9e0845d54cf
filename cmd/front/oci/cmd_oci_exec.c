/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci exec */
#include "cmd/front/oci/oci_command.h"
#include "cmd/front/oci/oci_foreground.h"
#include "runtime/oci/oci_exec.h"
#include "runtime/self_protect.h"

enum { EXEC_FAILED = 255 };

struct exec_options {
	const char *process, *cwd, *user, *pid_file, *console_socket;
	const char *apparmor, *process_label, *cgroup;
	struct strvec env, gids, caps;
	int64_t preserve_fds;
	bool tty, detach, no_new_privs, ignore_paused, no_subreaper;
};

static const struct option_spec exec_table[] = {
	{ "additional-gids", 'g', OPTION_LIST, OPTION_AT(exec_options, gids),
	  .help = "Add a group by its id" },
	{ "apparmor", 0, OPTION_STRING, OPTION_AT(exec_options, apparmor),
	  .help = "AppArmor profile of the process" },
	{ "cap", 'c', OPTION_LIST, OPTION_AT(exec_options, caps),
	  .help = "Add a capability" },
	{ "cgroup", 0, OPTION_STRING, OPTION_AT(exec_options, cgroup),
	  .help = "Group below the container's to start in" },
	{ "console-socket", 0, OPTION_STRING,
	  OPTION_AT(exec_options, console_socket),
	  .help = "Socket to send the terminal's master to",
	  .complete = OPTION_COMPLETE_FILE },
	{ "cwd", 0, OPTION_STRING, OPTION_AT(exec_options, cwd),
	  .help = "Working directory in the container" },
	{ "detach", 'd', OPTION_BOOL, OPTION_AT(exec_options, detach),
	  .help = "Leave the process alone once it runs" },
	{ "env", 'e', OPTION_LIST, OPTION_AT(exec_options, env),
	  .help = "Set an environment variable" },
	{ "ignore-paused", 0, OPTION_BOOL,
	  OPTION_AT(exec_options, ignore_paused),
	  .help = "Enter a paused container too" },
	{ "no-new-privs", 0, OPTION_BOOL, OPTION_AT(exec_options, no_new_privs),
	  .help = "Keep the process from gaining privileges" },
	{ "no-subreaper", 0, OPTION_BOOL, OPTION_AT(exec_options, no_subreaper),
	  .help = "Do not adopt the orphans of the process" },
	{ "pid-file", 0, OPTION_STRING, OPTION_AT(exec_options, pid_file),
	  .help = "File to write the process id to",
	  .complete = OPTION_COMPLETE_FILE },
	{ "preserve-fds", 0, OPTION_INT, OPTION_AT(exec_options, preserve_fds),
	  .help = "Number of further descriptors to hand down" },
	{ "process", 'p', OPTION_STRING, OPTION_AT(exec_options, process),
	  .help = "File that describes the process",
	  .complete = OPTION_COMPLETE_FILE },
	{ "process-label", 0, OPTION_STRING,
	  OPTION_AT(exec_options, process_label),
	  .help = "SELinux label of the process" },
	{ "tty", 't', OPTION_BOOL, OPTION_AT(exec_options, tty),
	  .help = "Make a terminal for the process" },
	{ "user", 'u', OPTION_STRING, OPTION_AT(exec_options, user),
	  .help = "User id, and perhaps a group id: uid[:gid]" },
	{ 0 },
};

static const struct usage exec_usage = {
	.arguments = "CONTAINER [COMMAND] [ARG...]",
	.summary = "Start one more process in a container",
	.options = exec_table,
	.least = 1,
	.most = -1,
	.is_options_first = true,
};

static void options_release(struct exec_options *options)
{
	strvec_release(&options->env);
	strvec_release(&options->gids);
	strvec_release(&options->caps);
}
DEFINE_CLEANUP(struct exec_options, options_release)

static struct oci_exec make_request(const struct oci_call *call,
				    const struct exec_options *options,
				    char *const *operands)
{
	return (struct oci_exec){
		.root = call->root,
		.id = operands[0],
		.process_file = options->process,
		.args = operands + 1,
		.cwd = options->cwd,
		.env = &options->env,
		.user = options->user,
		.groups = &options->gids,
		.capabilities = &options->caps,
		.apparmor = options->apparmor,
		.label = options->process_label,
		.is_tty = options->tty,
		.no_new_privileges = options->no_new_privs,
		.console_socket = options->console_socket,
		.pid_file = options->pid_file,
		.cgroup = options->cgroup,
		.stdio = { 0, 1, 2 },
		.is_attached = !options->detach,
		.ignores_paused = options->ignore_paused,
	};
}

static int execute(struct oci_call *call, const struct exec_options *options,
		   const struct oci_exec *request, struct error *err)
{
	autoclean(launched_release) struct launched launched = LAUNCHED_INIT;
	autoclose int signals = -1;
	bool is_tty = false;

	if (!options->detach) {
		signals = oci_foreground_begin(!options->no_subreaper, err);
		if (signals < 0)
			return -1;
	}
	if (oci_exec(request, &launched, &is_tty, err) < 0)
		return -1;
	if (options->detach)
		return 0;
	call->status = 0;
	return oci_foreground_stay(&launched, signals, &call->status, err);
}

int cmd_oci_exec(struct oci_call *call, struct error *err)
{
	autoclean(options_release) struct exec_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &exec_usage,
		.target = &options,
	};
	struct oci_exec request;
	int result;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	request = make_request(call, &options, usage.result.operands);
	call->status = EXEC_FAILED;
	if (oci_command_preserved(options.preserve_fds, &request.preserved,
				  err) < 0 ||
	    self_protect_enter(call->all, err) < 0)
		return -1;
	result = execute(call, &options, &request, err);
	if (result == 0 && options.detach)
		call->status = 0;
	return result;
}
