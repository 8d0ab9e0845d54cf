/* SPDX-License-Identifier: Apache-2.0 */
/* Staying with a container. */
#include "cmd/front/foreground.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "cmd/front/user_config.h"

enum {
	TOOL_FAILED = 125,
	PROGRAM_DENIED = 126,
	PROGRAM_NOT_FOUND = 127,
	MONITOR_LOST = 255, /* attach_client's */
};

int foreground_stay(struct command_call *call,
		    const struct attach_client *client, struct error *err)
{
	struct attach_client own = *client;
	struct attach_outcome outcome;
	autofree char *keys = NULL;

	/* only a terminal's keys are keys */
	if (!own.detach_keys && own.is_tty && own.has_stdin)
		own.detach_keys = keys = user_config_text(call->context,
							  "detachKeys");
	if (attach_client_run(&own, &outcome, err) < 0)
		return -1;
	call->status = outcome.exit_code;
	if (outcome.end == ATTACH_END_BROKEN &&
	    outcome.exit_code == MONITOR_LOST)
		log_warn("attach", "the container's monitor has died");
	return 0;
}

int foreground_status(enum error_kind kind)
{
	if (kind == ERROR_NOT_FOUND)
		return PROGRAM_NOT_FOUND;
	return kind == ERROR_DENIED ? PROGRAM_DENIED : TOOL_FAILED;
}

int foreground_check_terminal(bool is_tty, bool has_stdin, struct error *err)
{
	if (!is_tty || !has_stdin || isatty(STDIN_FILENO))
		return 0;
	return error_set(err, ERROR_INVALID, "the input device is not a TTY");
}
