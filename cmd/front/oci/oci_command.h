/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `imgctl oci`, also called imgctl-oci: the command line that runc has and
 * engines use. Its global options stand before the verb; errors go to the file
 * of --log in the form that engines read (--log-format), and as text to
 * standard error; every failure but those of exec and run's program is exit
 * status 1.
 *
 * Each verb is a function of its own in cmd_oci_*.c. What it finds in `struct
 * oci_call` is borrowed.
 */
#ifndef CMD_OCI_COMMAND_H
#define CMD_OCI_COMMAND_H

#include "base/error.h"
#include "base/strvec.h"
#include "cmd/front/oci/oci_log.h"
#include "cmd/usage.h"

struct oci_call {
	const struct oci_globals *globals;
	const char *root;  /* absolute */
	const char *path;  /* "imgctl oci create" */
	char *const *argv; /* after the verb */
	char *const *all;  /* the whole command line */
	int status;	   /* exit status on success; on failure when not 0 */
};

/* Run the command line after the program's name; returns the exit status. */
int oci_command(char *const *argv, char *const *all);

/*
 * Read the verb's options and operands. *IS_DONE_OUT when --help was printed
 * and nothing is left to do.
 */
int oci_command_parse(struct oci_call *call, struct usage_call *usage,
		      bool *is_done_out, struct error *err) must_check;

/* Tell WARNINGS where errors go, but for standard error when there is a log. */
void oci_command_warn(const struct oci_call *call,
		      const struct strvec *warnings);

/*
 * Check that COUNT descriptors from 3 on are there to be handed down, and
 * those that socket activation adds (LISTEN_FDS) to *OUT. Before anything else
 * is opened.
 */
int oci_command_preserved(int64_t count, unsigned *out,
			  struct error *err) must_check;

/* Make a container that waits for its start. */
int cmd_oci_create(struct oci_call *call, struct error *err);

/* Make a container and run its program to the end. */
int cmd_oci_run(struct oci_call *call, struct error *err);

/* Let a container's program begin. */
int cmd_oci_start(struct oci_call *call, struct error *err);

/* Print a container's state. */
int cmd_oci_state(struct oci_call *call, struct error *err);

/* Send a signal. */
int cmd_oci_kill(struct oci_call *call, struct error *err);

/* Remove a container. */
int cmd_oci_delete(struct oci_call *call, struct error *err);

/* Start one more process in a container. */
int cmd_oci_exec(struct oci_call *call, struct error *err);

/* List the processes of a container. */
int cmd_oci_ps(struct oci_call *call, struct error *err);

/* Freeze a container. */
int cmd_oci_pause(struct oci_call *call, struct error *err);

/* Let a frozen container go on. */
int cmd_oci_resume(struct oci_call *call, struct error *err);

/* Change limits. */
int cmd_oci_update(struct oci_call *call, struct error *err);

/* Print what a container uses, and when it runs out of memory. */
int cmd_oci_events(struct oci_call *call, struct error *err);

/* List the containers. */
int cmd_oci_list(struct oci_call *call, struct error *err);

/* Write a configuration to start from. */
int cmd_oci_spec(struct oci_call *call, struct error *err);

/* Print what this runtime knows. */
int cmd_oci_features(struct oci_call *call, struct error *err);

#endif
