/* SPDX-License-Identifier: Apache-2.0 */
/* The companion's table of verbs. */
#include "cmd/transfer/transfer_commands.h"

const struct command transfer_commands[] = {
	{ "pull\0image pull\0", "Download an image from a registry", cmd_pull },
	{ "push\0image push\0", "Upload an image to a registry", cmd_push },
	{ "login\0", "Log in to a registry", cmd_login },
	{ "logout\0", "Log out from a registry", cmd_logout },
	{ "save\0image save\0",
	  "Save one or more images to a tar archive (streamed to STDOUT by "
	  "default)",
	  cmd_save },
	{ "load\0image load\0", "Load an image from a tar archive or STDIN",
	  cmd_load },
	{ "import\0image import\0",
	  "Import the contents from a tarball to create a filesystem image",
	  cmd_import },
	{ "system check\0", "Check everything that is kept, and repair it",
	  cmd_system_check },
	{ "export\0container export\0",
	  "Export a container's filesystem as a tar archive", cmd_export },
	{ "cp\0container cp\0",
	  "Copy files/folders between a container and the local filesystem",
	  cmd_cp },
	{ "commit\0container commit\0",
	  "Create a new image from a container's changes", cmd_commit },
	{ "volume export\0", "Export what a volume holds as a tar archive",
	  cmd_volume_export },
	{ "volume import\0", "Add what a tar archive holds to a volume",
	  cmd_volume_import },
	{ "image restore\0",
	  "Extract images again from the blobs that are here", cmd_restore },
	{ "builder-unpack\0", NULL, cmd_builder_unpack },
	{ "builder-fetch\0", NULL, cmd_builder_fetch },
	{ NULL, NULL, NULL },
};
