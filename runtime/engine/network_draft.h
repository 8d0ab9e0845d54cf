/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what is asked of a new network to its document: subnets that are free,
 * gateways, a name for its link. What it must keep clear of is collected first;
 * only network_draft_read_host looks at the machine.
 */
#ifndef RUNTIME_NETWORK_DRAFT_H
#define RUNTIME_NETWORK_DRAFT_H

#include "runtime/engine/network_request.h"
#include "runtime/network/route_table.h"

/* What the new network has to fit beside. */
struct network_draft {
	struct route_table networks; /* subnets of other networks */
	struct route_table host;     /* what the host has routes to */
	struct strvec links;	     /* names that are taken */
};

#define NETWORK_DRAFT_INIT                                      \
	{                                                       \
		ROUTE_TABLE_INIT, ROUTE_TABLE_INIT, STRVEC_INIT \
	}

/* Free what DRAFT holds. */
void network_draft_release(struct network_draft *draft);
DEFINE_CLEANUP(struct network_draft, network_draft_release)

/* Keep clear of NETWORK. */
void network_draft_avoid(struct network_draft *draft,
			 const struct network *network);

/* Learn the host's routes and links. */
int network_draft_read_host(struct network_draft *draft,
			    struct error *err) must_check;

/*
 * Make the document of REQUEST, choosing what it leaves open. INVALID or BUSY
 * in docker's words.
 */
int network_draft_make(const struct network_draft *draft,
		       const struct network_request *request,
		       json_t **document_out, struct error *err) must_check;

#endif
