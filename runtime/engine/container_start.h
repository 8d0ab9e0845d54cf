/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a container: the sequence behind run, start and restart. The
 * command takes the container's run folder and lock, then forks the monitor;
 * the monitor mounts, makes the specification, the control group and the
 * filter, and launches. Whatever fails in it reaches the command in words.
 */
#ifndef RUNTIME_CONTAINER_START_H
#define RUNTIME_CONTAINER_START_H

#include "runtime/engine/container.h"

struct container_start {
	struct store *store;
	struct container *container;
	bool lives_on;		/* without the command: -d */
	uint16_t rows, columns; /* of the command's terminal, or 0 */
};

/*
 * Begin to start the container. The first client's socket goes to
 * *CLIENT_OUT: wait there for the outcome (runtime/attach_client.h). BUSY when
 * it runs already.
 */
int container_start(const struct container_start *request, int *client_out,
		    struct error *err) must_check;

#endif
