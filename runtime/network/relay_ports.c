/* SPDX-License-Identifier: Apache-2.0 */
/* A list. */
#include "runtime/network/relay_ports.h"

void relay_ports_release(struct relay_ports *ports)
{
	free(ports->ends);
	*ports = (struct relay_ports)RELAY_PORTS_INIT;
}
