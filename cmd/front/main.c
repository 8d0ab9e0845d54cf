/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imgctl: the command line, and everything that runs containers. Called
 * imgctl-oci it is an engine's runtime.
 */
#include <string.h>

#include "cmd/command.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/oci/oci_command.h"

int main(int argc, char **argv)
{
	const char *name = argc ? strrchr(argv[0], '/') : NULL;

	name = name ? name + 1 : argc ? argv[0] : "";
	if (strcmp(name, "imgctl-oci") == 0)
		return oci_command(argv + 1, argv);
	return command_main(front_commands, argv);
}
