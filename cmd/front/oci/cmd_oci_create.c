/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci create, run, start */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cmd/front/oci/oci_command.h"
#include "cmd/front/oci/oci_foreground.h"
#include "runtime/oci/oci_create.h"
#include "runtime/oci/oci_delete.h"
#include "runtime/oci/oci_start.h"
#include "runtime/self_protect.h"

struct create_options {
	const char *bundle;
	const char *console_socket;
	const char *pid_file;
	int64_t preserve_fds;
	bool no_pivot, no_new_keyring;
	bool detach, keep, no_subreaper; /* run's own */
};

#define CREATE_OPTIONS                                                       \
	{ "bundle",                                                          \
	  'b',                                                               \
	  OPTION_STRING,                                                     \
	  OPTION_AT(create_options, bundle),                                 \
	  .help = "Path of the bundle, the working directory by default",    \
	  .complete = OPTION_COMPLETE_DIRECTORY },                           \
		{ "console-socket",                                          \
		  0,                                                         \
		  OPTION_STRING,                                             \
		  OPTION_AT(create_options, console_socket),                 \
		  .help = "Socket to send the terminal's master to",         \
		  .complete = OPTION_COMPLETE_FILE },                        \
		{ "no-new-keyring", 0, OPTION_BOOL,                          \
		  OPTION_AT(create_options, no_new_keyring),                 \
		  .help = "Stay in the caller's session keyring" },          \
		{ "no-pivot", 0, OPTION_BOOL,                                \
		  OPTION_AT(create_options, no_pivot),                       \
		  .help = "Move the root instead of pivoting to it" },       \
		{ "pid-file",                                                \
		  0,                                                         \
		  OPTION_STRING,                                             \
		  OPTION_AT(create_options, pid_file),                       \
		  .help = "File to write the process id to",                 \
		  .complete = OPTION_COMPLETE_FILE },                        \
	{                                                                    \
		"preserve-fds", 0, OPTION_INT,                               \
			OPTION_AT(create_options, preserve_fds),             \
			.help = "Number of further descriptors to hand down" \
	}

static const struct option_spec create_table[] = {
	CREATE_OPTIONS,
	{ 0 },
};

static const struct option_spec run_table[] = {
	CREATE_OPTIONS,
	{ "detach", 'd', OPTION_BOOL, OPTION_AT(create_options, detach),
	  .help = "Leave the container alone once it runs" },
	{ "keep", 0, OPTION_BOOL, OPTION_AT(create_options, keep),
	  .help = "Do not remove the container when it has ended" },
	{ "no-subreaper", 0, OPTION_BOOL,
	  OPTION_AT(create_options, no_subreaper),
	  .help = "Do not adopt the orphans of the container" },
	{ 0 },
};

static const struct usage create_usage = {
	.arguments = "CONTAINER",
	.summary = "Make a container that waits for its start",
	.options = create_table,
	.least = 1,
	.most = 1,
};

static const struct usage run_usage = {
	.arguments = "CONTAINER",
	.summary = "Make a container and run it to its end",
	.options = run_table,
	.least = 1,
	.most = 1,
};

static const struct usage start_usage = {
	.arguments = "CONTAINER",
	.summary = "Start a container that was made",
	.least = 1,
	.most = 1,
};

static struct oci_order make_order(const struct oci_call *call,
				   const struct create_options *options,
				   const char *id)
{
	return (struct oci_order){
		.root = call->root,
		.id = id,
		.bundle = options->bundle && *options->bundle ? options->bundle
							      : ".",
		.console_socket = options->console_socket,
		.pid_file = options->pid_file,
		.stdio = { 0, 1, 2 },
		.no_pivot = options->no_pivot,
		.no_keyring = options->no_new_keyring,
		.is_systemd = call->globals->systemd_cgroup,
	};
}

/* What of ours enters a container is not this program's file (see there). */
static int enter_image(const struct oci_call *call, int64_t preserved,
		       struct oci_order *order, struct error *err)
{
	if (oci_command_preserved(preserved, &order->preserved, err) < 0)
		return -1;
	return self_protect_enter(call->all, err);
}

int cmd_oci_create(struct oci_call *call, struct error *err)
{
	struct create_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &create_usage,
		.target = &options,
	};
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclean(launched_release) struct launched launched = LAUNCHED_INIT;
	autoclean(strvec_release) struct strvec warnings = STRVEC_INIT;
	struct oci_order order;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	order = make_order(call, &options, usage.result.operands[0]);
	if (enter_image(call, options.preserve_fds, &order, err) < 0 ||
	    oci_create(&order, &container, &launched, &warnings, err) < 0)
		return -1;
	oci_command_warn(call, &warnings);
	return 0;
}

/* Stays to the end and takes the container apart. */
static int stay(struct oci_call *call, const struct create_options *options,
		const struct launched *launched, int signals, struct error *err)
{
	autoclean(strvec_release) struct strvec warnings = STRVEC_INIT;
	const char *id = call->argv[0];

	if (oci_foreground_stay(launched, signals, &call->status, err) < 0)
		return -1;
	if (options->keep)
		return 0;
	if (oci_delete(call->root, id, true, &warnings, err) < 0)
		return -1;
	oci_command_warn(call, &warnings);
	return 0;
}

static int run(struct oci_call *call, const struct create_options *options,
	       struct oci_order *order, struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclean(launched_release) struct launched launched = LAUNCHED_INIT;
	autoclean(strvec_release) struct strvec warnings = STRVEC_INIT;
	autoclose int signals = -1;

	order->is_started = true;
	order->is_attached = !options->detach;
	if (!options->detach) {
		signals = oci_foreground_begin(!options->no_subreaper, err);
		if (signals < 0)
			return -1;
	}
	if (oci_create(order, &container, &launched, &warnings, err) < 0)
		return -1;
	oci_command_warn(call, &warnings);
	/* others may look at it and change it from now on */
	oci_container_release(&container);
	if (options->detach)
		return 0;
	call->argv = (char *const[]){ (char *)(uintptr_t)order->id, NULL };
	return stay(call, options, &launched, signals, err);
}

int cmd_oci_run(struct oci_call *call, struct error *err)
{
	struct create_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &run_usage,
		.target = &options,
	};
	struct oci_order order;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	order = make_order(call, &options, usage.result.operands[0]);
	if (enter_image(call, options.preserve_fds, &order, err) < 0)
		return -1;
	return run(call, &options, &order, err);
}

int cmd_oci_start(struct oci_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &start_usage,
	};
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	return oci_start(call->root, usage.result.operands[0], err);
}
