/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which address on one network: members by container id, as kept in
 * one locked file per network below the run folder. Pure: values in and out.
 */
#ifndef RUNTIME_NETWORK_NETWORK_LEASE_H
#define RUNTIME_NETWORK_NETWORK_LEASE_H

#include "base/strvec.h"
#include "runtime/network/network.h"

enum { NETWORK_MAC_TEXT = 18 };

/* What a container wishes for; IP_NONE and "" where it has no wish. */
struct network_wish {
	struct ip_address ipv4, ipv6;
	char mac[NETWORK_MAC_TEXT];
};

struct network_lease {
	struct ip_address ipv4, ipv6; /* IP_NONE: none of that family */
	char mac[NETWORK_MAC_TEXT];   /* "02:42:ac:11:00:02" */
	char outer[NETWORK_LINK_MAX]; /* the host's end; "" where there is none
				       */
};

/*
 * Choose addresses on NETWORK that no member of MEMBERS (an object by container
 * id, as network_lease_note makes it) has: the wished ones, or the lowest free
 * ones. INVALID for a wish outside the subnet, BUSY for one that is taken,
 * NOT_FOUND when a subnet has none left.
 */
int network_lease_choose(const struct network *network, const json_t *members,
			 const struct network_wish *wish,
			 struct network_lease *out,
			 struct error *err) must_check;

/* Enter LEASE of container ID, known by NAMES, into MEMBERS. */
void network_lease_note(json_t *members, const char *id,
			const struct network_lease *lease,
			const struct strvec *names);

/* Read the lease of container ID; NOT_FOUND when it has none. */
int network_lease_find(const json_t *members, const char *id,
		       struct network_lease *out, struct error *err) must_check;

/* Check "02:42:ac:11:00:02" and copy it in lower case; INVALID otherwise. */
int network_mac_parse(const char *text, char out[NETWORK_MAC_TEXT],
		      struct error *err) must_check;

#endif
