/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of the front program, one file each, and the companion's, which
 * are handed over with the whole command line.
 */
#ifndef CMD_FRONT_COMMANDS_H
#define CMD_FRONT_COMMANDS_H

#include "cmd/command.h"

/* Ends with a row whose paths are NULL. */
extern const struct command front_commands[];

/* Create and run a container. */
int cmd_run(struct command_call *call, struct error *err);

/* Build an image from a Dockerfile. */
int cmd_build(struct command_call *call, struct error *err);

/* Show what the steps of earlier builds said. */
int cmd_build_logs(struct command_call *call, struct error *err);

/* Lock the names in a Dockerfile. */
int cmd_lock(struct command_call *call, struct error *err);

/* Remove build cache. */
int cmd_builder_prune(struct command_call *call, struct error *err);

/* Show the build cache's disk usage. */
int cmd_builder_du(struct command_call *call, struct error *err);

/* Start a process in a container that runs. */
int cmd_exec(struct command_call *call, struct error *err);

/* Start containers that do not run. */
int cmd_start(struct command_call *call, struct error *err);

/* Ask containers to end, then make them. */
int cmd_stop(struct command_call *call, struct error *err);

/* Stop containers and start them again. */
int cmd_restart(struct command_call *call, struct error *err);

/* Send containers a signal. */
int cmd_kill(struct command_call *call, struct error *err);

/* Wait for containers to end. */
int cmd_wait(struct command_call *call, struct error *err);

/* Freeze containers. */
int cmd_pause(struct command_call *call, struct error *err);

/* Let frozen containers go on. */
int cmd_unpause(struct command_call *call, struct error *err);

/* Take part in a container's streams. */
int cmd_attach(struct command_call *call, struct error *err);

/* Show the processes of a container. */
int cmd_top(struct command_call *call, struct error *err);

/* Show what keeps a container apart from its host. */
int cmd_isolation(struct command_call *call, struct error *err);

/* Show what ports of a container are published. */
int cmd_port(struct command_call *call, struct error *err);

/* Say what a container changed of its image's files. */
int cmd_diff(struct command_call *call, struct error *err);

/* Change containers' limits and restart policies. */
int cmd_update(struct command_call *call, struct error *err);

/* Show what containers use. */
int cmd_stats(struct command_call *call, struct error *err);

/* Say what this machine is and how much is kept. */
int cmd_info(struct command_call *call, struct error *err);

/* Show what takes how much of the disk. */
int cmd_system_df(struct command_call *call, struct error *err);

/* Print a unit for systemd that keeps a container running. */
int cmd_generate_systemd(struct command_call *call, struct error *err);

/* imgctl system doctor: what this machine allows. */
int cmd_system_doctor(struct command_call *call, struct error *err);

/* Remove all that is unused. */
int cmd_system_prune(struct command_call *call, struct error *err);

/* Give a container another name. */
int cmd_rename(struct command_call *call, struct error *err);

/* Create a container without starting it. */
int cmd_create(struct command_call *call, struct error *err);

/* Run OCI bundles for engines. */
int cmd_oci(struct command_call *call, struct error *err);

/* Print the versions of the program and of what it is made of. */
int cmd_version(struct command_call *call, struct error *err);

/* Remove the containers that do not run. */
int cmd_container_prune(struct command_call *call, struct error *err);

/* Put a container on a network. */
int cmd_network_connect(struct command_call *call, struct error *err);

/* Take a container off a network. */
int cmd_network_disconnect(struct command_call *call, struct error *err);

/* Make a network. */
int cmd_network_create(struct command_call *call, struct error *err);

/* Tell all about networks. */
int cmd_network_inspect(struct command_call *call, struct error *err);

/* List networks. */
int cmd_network_ls(struct command_call *call, struct error *err);

/* Remove those of all networks that nobody uses. */
int cmd_network_prune(struct command_call *call, struct error *err);

/* Remove networks that nobody uses. */
int cmd_network_rm(struct command_call *call, struct error *err);

/* Make a volume. */
int cmd_volume_create(struct command_call *call, struct error *err);

/* Tell all about volumes. */
int cmd_volume_inspect(struct command_call *call, struct error *err);

/* List volumes. */
int cmd_volume_ls(struct command_call *call, struct error *err);

/* Remove those of all volumes that nobody uses. */
int cmd_volume_prune(struct command_call *call, struct error *err);

/* Remove volumes that nobody uses. */
int cmd_volume_rm(struct command_call *call, struct error *err);

/* The process beside a container, which run, start and restart execute. */
int cmd_monitor(struct command_call *call, struct error *err);

/* List images. */
int cmd_images(struct command_call *call, struct error *err);

/* List containers. */
int cmd_ps(struct command_call *call, struct error *err);

/* Print documents of containers, images and volumes. */
int cmd_inspect(struct command_call *call, struct error *err);

/* The same of images only. */
int cmd_image_inspect(struct command_call *call, struct error *err);

/* The same of containers only. */
int cmd_container_inspect(struct command_call *call, struct error *err);

/* Show how an image came to be. */
int cmd_history(struct command_call *call, struct error *err);

/* Give an image a further name. */
int cmd_tag(struct command_call *call, struct error *err);

/* Take images' names away, and images. */
int cmd_rmi(struct command_call *call, struct error *err);

/* Remove images that nobody uses. */
int cmd_image_prune(struct command_call *call, struct error *err);

/* Remove containers. */
int cmd_rm(struct command_call *call, struct error *err);

/* Show what containers said. */
int cmd_logs(struct command_call *call, struct error *err);

/* Show what happens. */
int cmd_events(struct command_call *call, struct error *err);

/* Hand the command line to the companion. */
int cmd_companion(struct command_call *call, struct error *err);

#endif
