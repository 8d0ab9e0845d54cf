/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Being on a network, as far as files go: the lease, the names in the members'
 * hosts files, and what is to be laid. The links themselves are
 * network_program's.
 */
#ifndef RUNTIME_NETWORK_JOIN_H
#define RUNTIME_NETWORK_JOIN_H

#include "base/strbuf.h"
#include "runtime/engine/container.h"
#include "runtime/network/wiring.h"

/* Who joins, and how. */
struct network_joining {
	const struct container *container;
	const json_t *settings; /* docker's EndpointSettings; or NULL */
	unsigned number;	/* of the interface: eth0 … */
	bool has_gateway;	/* its default route goes this way */
	const struct wiring_port *ports; /* host parts settled; TO is filled */
	size_t port_count;
};

/* What is asked of a network's own side. */
void network_join_bridge(const struct network *network, struct wiring *out);

/*
 * Lease addresses on NETWORK and append what is to be laid to OUT. ENDPOINT_OUT
 * is docker's EndpointSettings with what was leased; the caller's. Members that
 * died without leaving are cleared away.
 */
int network_join(const struct store *store, const struct network *network,
		 const struct network_joining *joining, struct wiring *out,
		 json_t **endpoint_out, struct error *err) must_check;

/*
 * What network_join would do now: append to OUT what would be laid, and to
 * HOSTS the lines of the container's hosts file. Nothing is leased.
 */
int network_join_look(const struct store *store, const struct network *network,
		      const struct network_joining *joining, struct wiring *out,
		      struct strbuf *hosts, struct error *err) must_check;

/*
 * CONTAINER has another name now: have the members of NETWORK know it by that.
 * SETTINGS is as in network_joining. Appends all its names to NAMES_OUT; none
 * where names are not known, or where it is no member.
 */
int network_join_rename(const struct store *store,
			const struct network *network,
			const struct container *container,
			const json_t *settings, struct strvec *names_out,
			struct error *err) must_check;

/*
 * Give CONTAINER's lease on NETWORK back and take its names out of the other
 * members' files. Appends to GONE the ends and ports that were laid for it.
 * *IS_IDLE_OUT: nobody is on it any more.
 */
int network_leave(const struct store *store, const struct network *network,
		  const char *container, struct wiring *gone, bool *is_idle_out,
		  struct error *err) must_check;

#endif
