/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links LINK.VLAN that macvlan and ipvlan networks have as parents: one that is
 * not there is made for the first container, and goes with the network. It
 * bears a mark (its alias), so that one that the host had is left alone. Only
 * imgctl-network links this.
 */
#ifndef RUNTIME_NETWORK_LINK_VLAN_H
#define RUNTIME_NETWORK_LINK_VLAN_H

#include "runtime/network/link_line.h"

/* Make NAME of BASE's frames of VLAN, and raise it. NOT_FOUND: no BASE. */
int link_vlan_make(struct link_line *line, const char *name, const char *base,
		   uint16_t vlan, struct error *err) must_check;

/* Remove the link NAME if link_vlan_make made it. */
int link_vlan_remove(struct link_line *line, const char *name,
		     struct error *err) must_check;

#endif
