/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl rm */
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "runtime/engine/container_delete.h"

struct rm_options {
	struct container_delete how;
	bool is_link; /* docker's links are not there to be removed */
};

static const struct option_spec rm_option_table[] = {
	{ "force", 'f', OPTION_BOOL, OPTION_AT(rm_options, how.is_forced),
	  .help = "Force the removal of a running container (uses SIGKILL)" },
	{ "link", 'l', OPTION_BOOL, OPTION_AT(rm_options, is_link) },
	{ "volumes", 'v', OPTION_BOOL, OPTION_AT(rm_options, how.has_volumes),
	  .help = "Remove anonymous volumes associated with the container" },
	{ 0 },
};

static const struct usage rm_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Remove one or more containers",
	.aliases = "imgctl container rm, imgctl container remove, imgctl rm",
	.options = rm_option_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

struct rm {
	struct store *store;
	const struct rm_options *options;
};

static int remove_one(void *context, const char *text, struct error *err)
{
	const struct rm *rm = context;
	const struct container_delete *how = &rm->options->how;
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(rm->store, text, &container, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND || !how->is_forced)
			return -1;
		/* told about, but with -f no failure */
		command_report(err);
		return 0;
	}
	if (container_delete(rm->store, &container, how, err) < 0)
		return -1;
	return verb_echo(text, err);
}

int cmd_rm(struct command_call *call, struct error *err)
{
	struct rm_options options = { { false, false }, false };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &rm_usage,
		.target = &options,
	};
	struct rm rm = { .options = &options };
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (options.is_link)
		return error_set(err, ERROR_UNSUPPORTED,
				 "links between containers are not supported");
	if (context_store(call->context, &rm.store, err) < 0)
		return -1;
	verb_each(call, usage.result.operands, remove_one, &rm);
	return 0;
}
