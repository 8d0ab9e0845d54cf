/* SPDX-License-Identifier: Apache-2.0 */
/* The front program's table of verbs. */
#include "cmd/front/front_commands.h"

const struct command front_commands[] = {
	{ "pull\0image pull\0", "Download an image from a registry",
	  cmd_companion },
	{ "run\0container run\0",
	  "Create and run a new container from an image", cmd_run },
	{ "create\0container create\0", "Create a new container", cmd_create },
	{ "images\0image ls\0image list\0", "List images", cmd_images },
	{ "ps\0container ls\0container list\0container ps\0", "List containers",
	  cmd_ps },
	{ "inspect\0", "Return low-level information on objects", cmd_inspect },
	{ "image inspect\0",
	  "Display detailed information on one or more images",
	  cmd_image_inspect },
	{ "container inspect\0",
	  "Display detailed information on one or more containers",
	  cmd_container_inspect },
	{ "version\0", "Show the version information", cmd_version },
	{ "push\0image push\0", "Upload an image to a registry",
	  cmd_companion },
	{ "login\0", "Log in to a registry", cmd_companion },
	{ "logout\0", "Log out from a registry", cmd_companion },
	{ "save\0image save\0",
	  "Save one or more images to a tar archive (streamed to STDOUT by "
	  "default)",
	  cmd_companion },
	{ "load\0image load\0", "Load an image from a tar archive or STDIN",
	  cmd_companion },
	{ "import\0image import\0",
	  "Import the contents from a tarball to create a filesystem image",
	  cmd_companion },
	{ "image restore\0",
	  "Extract images again from the blobs that are here", cmd_companion },
	{ NULL, NULL, NULL },
};
