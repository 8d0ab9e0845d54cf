/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which host ports a container's published ports get: settled at each start,
 * and held until its end (runtime/network/port_hold.h).
 */
#ifndef RUNTIME_CONTAINER_PORTS_H
#define RUNTIME_CONTAINER_PORTS_H

#include "runtime/engine/container.h"
#include "runtime/network/port_hold.h"
#include "runtime/network/wiring.h"

/* Ports whose host part is settled; their TO is not yet. */
struct container_ports {
	struct wiring_port *items;
	size_t count;
};

#define CONTAINER_PORTS_INIT \
	{                    \
		NULL, 0      \
	}

/*
 * Hold every host port that HostConfig.PortBindings names and, with
 * PublishAllPorts, one for each exposed port. BUSY when one is in use.
 */
int container_ports_take(const struct container *container,
			 struct port_hold *hold, struct container_ports *out,
			 struct error *err) must_check;

/* Free what PORTS holds. */
void container_ports_release(struct container_ports *ports);
DEFINE_CLEANUP(struct container_ports, container_ports_release)

/* docker's NetworkSettings.Ports: what is published, and what is exposed. */
json_t *container_ports_describe(const struct container *container,
				 const struct container_ports *ports);

#endif
