/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network as its document in the store describes it
 * (<root>/networks/<name>.json). Pure: documents in, values out.
 */
#ifndef RUNTIME_NETWORK_NETWORK_H
#define RUNTIME_NETWORK_NETWORK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "runtime/network/ip_address.h"

enum {
	NETWORK_ID_DIGITS = 64,
	NETWORK_SUBNETS_MAX = 8,
	NETWORK_LINK_MAX = 16, /* IFNAMSIZ */
	NETWORK_NAME_MAX = 128,
	NETWORK_MTU_DEFAULT = 1500,
};

/* How its containers are linked to it. */
enum network_driver {
	NETWORK_DRIVER_NONE = 0,
	NETWORK_BRIDGE,
	NETWORK_MACVLAN,
	NETWORK_IPVLAN,
};

struct network_subnet {
	struct ip_prefix subnet;
	struct ip_address gateway; /* the bridge's own; IP_NONE: no gateway */
	struct ip_prefix range;	   /* addresses are given out of it; bits 0 and
				      family IP_NONE: of the whole subnet */
	const json_t *auxiliary;   /* addresses by name that are never given
				      out; of the document, or NULL */
};

struct network {
	char *name;
	char id[NETWORK_ID_DIGITS + 1];
	enum network_driver driver;
	char link[NETWORK_LINK_MAX];   /* of the bridge; else "" */
	char parent[NETWORK_LINK_MAX]; /* macvlan, ipvlan; "": internal */
	char mode[NETWORK_LINK_MAX];   /* macvlan's or ipvlan's mode */
	struct network_subnet subnets[NETWORK_SUBNETS_MAX];
	size_t subnet_count;
	unsigned mtu;
	bool is_internal, has_ipv6, has_no_masquerade, has_no_talk;
	bool has_dns;	  /* names by DNS were asked for */
	bool is_default;  /* "bridge": its containers do not know names */
	json_t *document; /* all of it */
};

#define NETWORK_INIT          \
	{                     \
		.name = NULL, \
	}

/* Read a network's DOCUMENT, of which a reference is kept. CORRUPT if wrong. */
int network_parse(json_t *document, struct network *out,
		  struct error *err) must_check;

/* Free what NETWORK holds. */
void network_release(struct network *network);
DEFINE_CLEANUP(struct network, network_release)

/* "bridge", "macvlan", "ipvlan". */
const char *network_driver_name(enum network_driver driver);

/* NETWORK_DRIVER_NONE for a name that is none. */
enum network_driver network_driver_from_name(const char *name);

/* Whether a network may be named so: as docker, [a-zA-Z0-9][a-zA-Z0-9_.-]*. */
bool network_is_name(const char *name);

/* Whether a network link may be named so (dev_valid_name, Linux). */
bool network_is_link_name(const char *name);

/* The link that a macvlan or ipvlan network ID without a parent has. */
void network_own_parent(const char *id, char out[NETWORK_LINK_MAX]);

/* The subnet of FAMILY; NULL when there is none. */
const struct network_subnet *network_subnet_of(const struct network *network,
					       enum ip_family family);

/*
 * Whether LINK is "PARENT.VLAN", a link that can be made of PARENT's frames of
 * one VLAN; then both are filled in.
 */
bool network_split_vlan(const char *link, char parent_out[NETWORK_LINK_MAX],
			uint16_t *vlan_out);

#endif
