/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace made ahead, by the command that starts a container:
 * making one takes the kernel half a millisecond, more than all other
 * namespaces together. The command has nothing to do while the monitor prepares
 * the rest and sits on a processor of its own; a thread of the monitor's would
 * mostly be scheduled onto the monitor's.
 *
 * Calling sequence: the command says that it will and calls network_ahead_give;
 * the monitor calls network_ahead_take before launch_container, and the
 * descriptor goes into `struct launch`. Where a namespace cannot be had so, the
 * launch makes its own and tells why that fails.
 */
#ifndef RUNTIME_NETWORK_AHEAD_H
#define RUNTIME_NETWORK_AHEAD_H

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

#endif
