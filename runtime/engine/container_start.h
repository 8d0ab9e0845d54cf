/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a container: the sequence behind run, start and restart. A monitor
 * is summoned, which takes 0.7 ms on another processor: this program executed
 * again, from an image that no container can write to (runtime/self_protect.h).
 * Once the container is in the store the monitor is told to start it
 * (runtime/engine/container_monitor.h); while it prepares, the command makes
 * the network namespace.
 */
#ifndef RUNTIME_CONTAINER_START_H
#define RUNTIME_CONTAINER_START_H

#include "runtime/affinity.h"
#include "runtime/engine/container.h"

/* A monitor that waits for its order. */
struct summoned {
	int fd; /* the first client's end; -1: none */
	pid_t pid;
	struct affinity_move move; /* to another processor */
};

#define SUMMONED_INIT    \
	{                \
		.fd = -1 \
	}

struct container_start {
	struct store *store;
	struct container *container;
	struct summoned *monitor; /* used up; NULL: summon one */
	bool lives_on;		  /* without the command: -d */
	uint16_t rows, columns;	  /* of the command's terminal, or 0 */
};

/* Summon a monitor for a container of STORE. */
int container_summon(const struct store *store, struct summoned *out,
		     struct error *err) must_check;

/* Send a monitor that got no order away, and wait until it is gone. */
void container_dismiss(struct summoned *monitor);
DEFINE_CLEANUP(struct summoned, container_dismiss)

/*
 * Begin to start the container. The first client's socket goes to
 * *CLIENT_OUT: wait there for the outcome (runtime/attach_client.h), which is
 * BUSY when it runs already.
 */
int container_start(const struct container_start *request, int *client_out,
		    struct error *err) must_check;

#endif
