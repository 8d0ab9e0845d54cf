/* SPDX-License-Identifier: Apache-2.0 */
/* The front program's table of verbs. */
#include "cmd/front/front_commands.h"

const struct command front_commands[] = {
	{ "pull\0image pull\0", "Download an image from a registry",
	  cmd_companion },
	{ "version\0", "Show the version information", cmd_version },
	{ NULL, NULL, NULL },
};
