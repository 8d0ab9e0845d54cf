/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor's half of starting a container, in a process of its own: mounts,
 * specification, control group, filter, launch; then the log, and what is left
 * to do at the end. Whatever fails reaches the command in words.
 *
 * The other half is container_start.h, which executes this program again as
 * the monitor and says with a `struct container_order` what to start.
 */
#ifndef RUNTIME_CONTAINER_MONITOR_H
#define RUNTIME_CONTAINER_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/affinity.h"
#include "runtime/engine/container.h"

/* The verb that a monitor is executed with. */
#define CONTAINER_MONITOR_VERB "monitor"

/* What goes through the socket, once; both ends are one program. */
struct container_order {
	char id[CONTAINER_ID_MAX];
	bool lives_on;		   /* without the command */
	bool gives_network;	   /* network_ahead_give follows */
	uint16_t rows, columns;	   /* of the command's terminal, or 0 */
	struct affinity_move move; /* the monitor's, to be taken back */
};

/*
 * Be a monitor: wait at CLIENT_FD, which becomes this function's, for an
 * order, start that container of STORE and see it to its end. Returns when
 * nothing is left to do; nothing at all was when the other end went without an
 * order.
 */
void container_monitor(struct store *store, int client_fd);

#endif
