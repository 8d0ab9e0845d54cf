/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of imgctl-transfer, one file each. The front program lists them in
 * its own help and hands their command lines over.
 */
#ifndef CMD_TRANSFER_COMMANDS_H
#define CMD_TRANSFER_COMMANDS_H

#include "cmd/command.h"

/* Ends with a row whose paths are NULL. */
extern const struct command transfer_commands[];

/* Pull an image from a registry. */
int cmd_pull(struct command_call *call, struct error *err);

/* Push an image to a registry. */
int cmd_push(struct command_call *call, struct error *err);

/* Write a container's file system as a tar. */
int cmd_export(struct command_call *call, struct error *err);

/* Keep credentials for a registry. */
int cmd_login(struct command_call *call, struct error *err);

/* Forget credentials for a registry. */
int cmd_logout(struct command_call *call, struct error *err);

/* Save images to an archive. */
int cmd_save(struct command_call *call, struct error *err);

/* Load images from an archive. */
int cmd_load(struct command_call *call, struct error *err);

/* Make an image of a tarball. */
int cmd_import(struct command_call *call, struct error *err);

/* Copy files between a container and this machine. */
int cmd_cp(struct command_call *call, struct error *err);

/* Make an image of what a container changed. */
int cmd_commit(struct command_call *call, struct error *err);

/* Write what a volume holds as a tar archive. */
int cmd_volume_export(struct command_call *call, struct error *err);

/* Add what a tar archive holds to a volume. */
int cmd_volume_import(struct command_call *call, struct error *err);

/* Check the whole store. */
int cmd_system_check(struct command_call *call, struct error *err);

/* For `build`: unpack an archive into a folder. */
int cmd_builder_unpack(struct command_call *call, struct error *err);

/* builder-look: whether standard input is an archive that ADD unpacks. */
int cmd_builder_look(struct command_call *call, struct error *err);

/* For `lock`: what an image's name means, and for each platform. */
int cmd_builder_resolve(struct command_call *call, struct error *err);

/* For `lock --check`: what an image's name means. */
int cmd_builder_head(struct command_call *call, struct error *err);

/* For `lock`: the digest of a file. */
int cmd_builder_digest(struct command_call *call, struct error *err);

/* For `lock --check`: the etag of a file. */
int cmd_builder_etag(struct command_call *call, struct error *err);

/* For `build`: fetch a file into a folder. */
int cmd_builder_fetch(struct command_call *call, struct error *err);

/* Write a cache mount as a tar, or replace it by one. */
int cmd_builder_cache(struct command_call *call, struct error *err);

/* For `build`: an index around images that are here. */
int cmd_builder_index(struct command_call *call, struct error *err);

/* Extract images again from the blobs that are here. */
int cmd_restore(struct command_call *call, struct error *err);

#endif
