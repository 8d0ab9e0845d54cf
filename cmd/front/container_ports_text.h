/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's ports as `ps` and `port` show them, from docker's
 * NetworkSettings.Ports, where null means exposed and not published. Pure.
 */
#ifndef CMD_CONTAINER_PORTS_TEXT_H
#define CMD_CONTAINER_PORTS_TEXT_H

#include <jansson.h>

#include "base/strbuf.h"
#include "base/strvec.h"

/*
 * docker's PORTS column for PORTS, a NetworkSettings.Ports object:
 * "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp", runs as ranges.
 */
void container_ports_text(const json_t *ports, struct strbuf *out);

/*
 * Append the lines of `port`: for KEY ("80/tcp") the addresses alone, for NULL
 * all of them as "80/tcp -> 0.0.0.0:8080".
 */
void container_ports_lines(const json_t *ports, const char *key,
			   struct strvec *out);

#endif
