/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network of an ordinary user's container: pasta(1), a process that joins
 * the container's namespace to the host's sockets, with the host's addresses,
 * so that no right over the host's network is needed and a client's address
 * stays what it is; slirp4netns(1) where pasta is not installed. It lives and
 * dies with the container's monitor.
 */
#ifndef RUNTIME_CONTAINER_PASTA_H
#define RUNTIME_CONTAINER_PASTA_H

#include "runtime/engine/container.h"
#include "runtime/engine/container_ports.h"
#include "runtime/engine/container_uplink.h"

/* Whether CONTAINER's NetworkMode asks for it. */
bool container_pasta_is_asked(const struct container *container);

/*
 * Check that the host ports are free, note what will be published in the run
 * folder RUN_FD as container_network does. BUSY when one is in use.
 */
int container_pasta_prepare(const struct container *container, int run_fd,
			    struct container_ports *ports_out,
			    struct error *err) must_check;

/*
 * Join the network namespace of process PID and wait until it works. Where the
 * host has no network itself, neither program is installed, or this user may
 * not open /dev/net/tun, the container is alone, unless ports are to be
 * published, which fails.
 */
int container_pasta_start(const struct container_ports *ports, int run_fd,
			  pid_t pid, struct container_uplink *out,
			  struct error *err) must_check;

/* End it. */
void container_pasta_stop(struct container_uplink *pasta);

/* Append pasta's words for PORTS: "-t", "0.0.0.0/8080:80" … Pure. */
void container_pasta_words(const struct container_ports *ports,
			   struct strvec *out);

#endif
