/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client's connection through a relay (port_relay.h): what either side
 * sends goes to the other, and so does its end. What is here lives until both
 * have ended, or one broke.
 */
#ifndef RUNTIME_NETWORK_RELAY_STREAM_H
#define RUNTIME_NETWORK_RELAY_STREAM_H

#include "runtime/network/relay_loop.h"

/*
 * Join the client at FD, whose address is CLIENT, to END's container, and carry
 * until both are through. FD is this module's; a container that cannot be
 * reached ends the connection.
 */
void relay_stream_open(struct relay_loop *loop, const struct relay_end *end,
		       int fd, const union relay_address *client);

#endif
