/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One verb is one row of a program's table and one file. A row may be reached
 * by several paths ("pull", "image pull"); a group ("image") is what stands
 * before a blank in a path. command_main is the main function of both
 * programs: global options, the row, the error, the exit status.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "cmd/context.h"

struct command_call {
	struct context *context;
	const char *path;  /* as it was called: "imgctl image pull" */
	char *const *argv; /* after the verb, NULL-terminated */
	int status;	   /* exit status on success; on failure when not 0 */
};

struct command {
	const char *paths;   /* "pull\0image pull\0", most usual first */
	const char *summary; /* one sentence, no full stop; NULL hides it */
	/* Do it. A failure that was told already has an empty message. */
	int (*run)(struct command_call *call, struct error *err);
};

/* Run a program's command line; returns its exit status. */
int command_main(const struct command *table, char **argv);

/* Print ERR on standard error as a line of its own, and release it. */
void command_report(struct error *err);

/*
 * Print TEXT on standard output; where that is a terminal, with every control
 * byte but line ends and tabs made harmless: names, labels and what else stands
 * in it may be an image's or a container's. DENIED or SYSTEM when it cannot be
 * written (a full disk, a closed pipe): a result that got lost is a failure.
 */
int command_print(const char *text, size_t length,
		  struct error *err) must_check;

/* Print TEXT and a newline, as command_print does. */
int command_print_line(const char *text, struct error *err) must_check;

/* Print TEXT, which is our own word to the terminal, as it is. */
int command_print_control(const char *text, struct error *err) must_check;

#endif
