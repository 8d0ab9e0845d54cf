/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci kill, delete, pause, resume */
#include "cmd/front/oci/oci_command.h"
#include "runtime/oci/oci_delete.h"
#include "runtime/oci/oci_update.h"
#include "runtime/signals.h"

struct kill_options {
	bool all, force;
};

static const struct option_spec kill_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(kill_options, all),
	  .help = "Send it to every process of the container" },
	{ 0 },
};

static const struct option_spec delete_table[] = {
	{ "force", 'f', OPTION_BOOL, OPTION_AT(kill_options, force),
	  .help = "Kill the container if it runs" },
	{ 0 },
};

static const struct usage kill_usage = {
	.arguments = "CONTAINER [SIGNAL]",
	.summary = "Send a container a signal, SIGTERM by default",
	.options = kill_table,
	.least = 1,
	.most = 2,
};

static const struct usage delete_usage = {
	.arguments = "CONTAINER",
	.summary = "Remove a container",
	.options = delete_table,
	.least = 1,
	.most = 1,
};

static const struct usage pause_usage = {
	.arguments = "CONTAINER",
	.summary = "Freeze the processes of a container",
	.least = 1,
	.most = 1,
};

static const struct usage resume_usage = {
	.arguments = "CONTAINER",
	.summary = "Let a frozen container go on",
	.least = 1,
	.most = 1,
};

int cmd_oci_kill(struct oci_call *call, struct error *err)
{
	struct kill_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &kill_usage,
		.target = &options,
	};
	char **operands;
	int signal = 0;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	operands = usage.result.operands;
	if (signals_from_name(operands[1] ? operands[1] : "SIGTERM", &signal,
			      err) < 0)
		return -1;
	return oci_kill(call->root, operands[0], signal, options.all, err);
}

int cmd_oci_delete(struct oci_call *call, struct error *err)
{
	struct kill_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &delete_usage,
		.target = &options,
	};
	autoclean(strvec_release) struct strvec warnings = STRVEC_INIT;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (oci_delete(call->root, usage.result.operands[0], options.force,
		       &warnings, err) < 0)
		return -1;
	oci_command_warn(call, &warnings);
	return 0;
}

static int freeze(struct oci_call *call, const struct usage *what,
		  bool is_paused, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = what,
	};
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	return oci_pause(call->root, usage.result.operands[0], is_paused, err);
}

int cmd_oci_pause(struct oci_call *call, struct error *err)
{
	return freeze(call, &pause_usage, true, err);
}

int cmd_oci_resume(struct oci_call *call, struct error *err)
{
	return freeze(call, &resume_usage, false, err);
}
