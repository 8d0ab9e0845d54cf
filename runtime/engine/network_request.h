/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of a new network, as the command line says it. Everything is
 * borrowed, and what is NULL or empty is chosen by network_draft.h.
 */
#ifndef RUNTIME_NETWORK_REQUEST_H
#define RUNTIME_NETWORK_REQUEST_H

#include "base/strvec.h"
#include "runtime/network/network.h"

/* What `network create` asks for. */
struct network_request {
	const char *name;
	enum network_driver driver;
	const struct strvec *subnets;  /* with masks */
	const struct strvec *gateways; /* of the subnet they lie in */
	const struct strvec *ranges;   /* likewise */
	json_t *options;	       /* driver's, as given; borrowed */
	json_t *labels;		       /* borrowed */
	json_t *ipam_options;	       /* borrowed, or NULL */
	json_t *auxiliary;	       /* reserved addresses; or NULL */
	bool is_internal, has_ipv6, has_no_ipv4, is_attachable;
};

#endif
