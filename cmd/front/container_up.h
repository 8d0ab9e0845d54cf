/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a container that goes on without the command that starts it: what
 * start does without -a, and restart. The outcome of the start is waited for.
 */
#ifndef CMD_CONTAINER_UP_H
#define CMD_CONTAINER_UP_H

#include "runtime/engine/container.h"

/* Start CONTAINER in the background; one that runs already is fine. */
int container_up(struct store *store, struct container *container,
		 struct error *err) must_check;

#endif
