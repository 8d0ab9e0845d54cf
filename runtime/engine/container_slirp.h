/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slirp4netns(1) in pasta's place: it has addresses of its own, so that a
 * client's is not seen, and publishes no IPv6 ports.
 */
#ifndef RUNTIME_CONTAINER_SLIRP_H
#define RUNTIME_CONTAINER_SLIRP_H

#include "runtime/engine/container_ports.h"
#include "runtime/engine/container_uplink.h"

/*
 * Join the network namespace at the path NETWORK, publish PORTS, wait until
 * both work. NOT_FOUND when neither program is installed.
 */
int container_slirp_start(const struct container_ports *ports,
			  const char *network, struct container_uplink *out,
			  struct error *err) must_check;

#endif
