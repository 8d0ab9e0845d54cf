/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace made ahead, by the command that starts a container:
 * making one takes the kernel half a millisecond, more than all other
 * namespaces together. The command has nothing to do while the monitor prepares
 * the rest and sits on a processor of its own. Where one process does both, a
 * thread of it makes the namespace.
 *
 * Calling sequence: the command says that it will and calls network_ahead_give;
 * the monitor calls network_ahead_take before launch_container, and the
 * descriptor goes into `struct launch`. Where a namespace cannot be had so, the
 * launch makes its own and tells why that fails.
 */
#ifndef RUNTIME_NETWORK_AHEAD_H
#define RUNTIME_NETWORK_AHEAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * Make a namespace with its loopback device up, and send it down LINE; or send
 * that there is none. This process, which has one thread, is in its own
 * namespace afterwards as before: an error means that it could not go back.
 */
int network_ahead_give(int line, struct error *err) must_check;

/*
 * Wait for what network_ahead_give sends down LINE: a descriptor, which is the
 * caller's, or -1 when there is none or nobody sends any more.
 */
int network_ahead_take(int line);

/* One that is being made by a thread of this process. */
struct network_ahead {
	pthread_t thread;
	bool is_begun;
	int fd; /* the namespace, once the thread has ended; or -1 */
};

#define NETWORK_AHEAD_INIT \
	{                  \
		.fd = -1   \
	}

/*
 * Begin to make a namespace with its loopback device up, in a thread that runs
 * on another processor where there is one. Where that cannot be done nothing
 * is begun. Before it has ended no child may be started.
 */
void network_ahead_begin(struct network_ahead *out);

/* Wait for it; its descriptor is still AHEAD's, -1 when there is none. */
int network_ahead_end(struct network_ahead *ahead);

/* Wait for it, if need be, and close its descriptor. */
void network_ahead_release(struct network_ahead *ahead);
DEFINE_CLEANUP(struct network_ahead, network_ahead_release)

#endif
