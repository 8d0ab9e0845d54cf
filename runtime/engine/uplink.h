/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of a network of an ordinary user's: pasta(1), or slirp4netns(1)
 * where that is not installed, as a child of the calling process, with which it
 * dies at the latest.
 */
#ifndef RUNTIME_UPLINK_H
#define RUNTIME_UPLINK_H

#include "runtime/engine/container_ports.h"
#include "runtime/engine/container_uplink.h"

/*
 * Join the network namespace at the path NETWORK and wait until it works;
 * RUN_FD is a folder for its pipe. Where the host has no network itself,
 * neither program is installed, or this user may not open /dev/net/tun, the
 * namespace is alone, unless ports are to be published, which fails.
 */
int uplink_start(const struct container_ports *ports, int run_fd,
		 const char *network, struct container_uplink *out,
		 struct error *err) must_check;

/* End it. */
void uplink_stop(struct container_uplink *uplink);

/* Append pasta's words for PORTS: "-t", "0.0.0.0/8080:80" … Pure. */
void uplink_words(const struct container_ports *ports, struct strvec *out);

#endif
