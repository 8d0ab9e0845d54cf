/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of `ps` by networks and ports: a network by its name or id,
 * `publish` and `expose` by "80", "80/udp" or "80-90/tcp".
 */
#ifndef CMD_CONTAINER_FILTER_NETWORK_H
#define CMD_CONTAINER_FILTER_NETWORK_H

#include "cmd/filter.h"
#include "cmd/front/container_entry.h"

/* INVALID for a port of GIVEN that is none. */
int container_filter_check_ports(const struct filter *given,
				 struct error *err) must_check;

/* Whether ENTRY is on one of the networks that GIVEN names, if any. */
bool container_filter_on_network(const struct filter *given,
				 const struct container_entry *entry);

/* Whether ENTRY has one of the ports that GIVEN names, if any. */
bool container_filter_has_port(const struct filter *given,
			       const struct container_entry *entry);

#endif
