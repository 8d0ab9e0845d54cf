/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets through a relay (port_relay.h): each client that sends some has a
 * socket towards the container, until nothing came for a while.
 */
#ifndef RUNTIME_NETWORK_RELAY_FLOW_H
#define RUNTIME_NETWORK_RELAY_FLOW_H

#include "runtime/network/relay_loop.h"

/* Have END's socket tell where its packets were sent to; -1 and errno. */
int relay_flow_prepare(const struct relay_end *end);

/* Take a packet from END's socket and pass it on; false when there is none. */
bool relay_flow_take(struct relay_loop *loop, const struct relay_end *end);

/* End flows that nothing came through for long; looks now and then only. */
void relay_flow_expire(struct relay_loop *loop);

#endif
