/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network of an ordinary user's container: pasta(1), a process that joins
 * the container's namespace to the host's sockets, with the host's addresses,
 * so that no right over the host's network is needed and a client's address
 * stays what it is (runtime/engine/uplink.h starts it).
 */
#ifndef RUNTIME_CONTAINER_PASTA_H
#define RUNTIME_CONTAINER_PASTA_H

#include "runtime/engine/container.h"
#include "runtime/engine/container_ports.h"

/* Whether CONTAINER's NetworkMode asks for it. */
bool container_pasta_is_asked(const struct container *container);

/*
 * Check that the host ports are free, note what will be published in the run
 * folder RUN_FD as container_network does. BUSY when one is in use.
 */
int container_pasta_prepare(const struct container *container, int run_fd,
			    struct container_ports *ports_out,
			    struct error *err) must_check;

#endif
