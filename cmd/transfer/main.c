/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl-transfer: the verbs that need the network or archives. */
#include "cmd/command.h"
#include "cmd/transfer/transfer_commands.h"

int main(int argc, char **argv)
{
	(void)argc;
	return command_main(transfer_commands, argv);
}
