/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One more process in a container that runs, with the container's own
 * settings where none are given. It has a monitor as the container has one
 * (runtime/monitor.h): the command that starts it is its first client, and may
 * detach from it; without a monitor of its own its terminal and its end would
 * be lost then. It ends with the container.
 */
#ifndef RUNTIME_CONTAINER_EXEC_H
#define RUNTIME_CONTAINER_EXEC_H

#include "runtime/engine/container.h"

struct container_exec {
	struct store *store;
	const struct container *container;
	const char *user;      /* NULL: the container's */
	const char *directory; /* NULL: the container's */
	json_t *env;	       /* the container's and what was given */
	char *const *command;  /* NULL-terminated, not empty */
	bool is_tty, has_stdin, is_privileged;
	bool lives_on;		/* without the command: -d */
	uint16_t rows, columns; /* of the command's terminal, or 0 */
};

/*
 * Begin to start the process; the outcome is told on *CLIENT_OUT
 * (runtime/attach_client.h). BUSY when the container does not run or is
 * paused.
 */
int container_exec(const struct container_exec *request, int *client_out,
		   struct error *err) must_check;

#endif
