/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs that the companion program has. */
#include "cmd/companion.h"
#include "cmd/front/front_commands.h"

int cmd_companion(struct command_call *call, struct error *err)
{
	return companion_exec(call->context->argv, err);
}
