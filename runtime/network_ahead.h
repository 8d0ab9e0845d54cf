/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace made ahead, on another processor: making one takes the
 * kernel 0.7 ms, more than all other namespaces together, and nothing that is
 * prepared before a launch depends on it. Its loopback device is up.
 *
 * Calling sequence: network_ahead_start, whatever else there is to prepare,
 * network_ahead_join before launch_container, which has to be called with one
 * thread; the descriptor goes into `struct launch`. Where a namespace cannot be
 * had so, the launch makes its own and tells why that fails.
 */
#ifndef RUNTIME_NETWORK_AHEAD_H
#define RUNTIME_NETWORK_AHEAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct network_ahead {
	pthread_t thread;
	bool is_running;
	int fd; /* the namespace, or -1; valid once joined */
};

#define NETWORK_AHEAD_INIT \
	{                  \
		.fd = -1   \
	}

/*
 * Begin to make the namespace. AHEAD stays where it is until joined or
 * released. Does nothing when there can be no thread.
 */
void network_ahead_start(struct network_ahead *ahead);

/* Wait for the namespace; it is in `fd`, which AHEAD keeps, or that is -1. */
void network_ahead_join(struct network_ahead *ahead);

/* Wait for it and let go of it. */
void network_ahead_release(struct network_ahead *ahead);
DEFINE_CLEANUP(struct network_ahead, network_ahead_release)

#endif
