/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl: the command line, and everything that runs containers. */
#include "cmd/command.h"
#include "cmd/front/front_commands.h"

int main(int argc, char **argv)
{
	(void)argc;
	return command_main(front_commands, argv);
}
