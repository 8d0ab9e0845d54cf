/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci: it reads its own global options and tells its own errors. */
#include "cmd/front/front_commands.h"
#include "cmd/front/oci/oci_command.h"

int cmd_oci(struct command_call *call, struct error *err)
{
	(void)err; /* told already, in the form that engines read */
	call->status = oci_command(call->argv, call->context->argv);
	return 0;
}
