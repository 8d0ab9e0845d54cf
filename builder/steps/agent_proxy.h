/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket of a step's own before somebody else's: what connects to it talks to
 * the caller's ssh agent. So it has the owner and the mode that the step asks
 * for, whatever those of the agent's are, and it is gone when the step ends.
 * One thread passes bytes on, until the proxy is stopped.
 */
#ifndef BUILDER_AGENT_PROXY_H
#define BUILDER_AGENT_PROXY_H

#include <sys/types.h>

#include "base/error.h"

struct agent_proxy;

struct agent_proxy_request {
	int folder;	   /* where the socket is made; borrowed */
	const char *name;  /* in there */
	const char *agent; /* the caller's socket */
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* Make the socket and begin to pass on. */
int agent_proxy_new(const struct agent_proxy_request *request,
		    struct agent_proxy **out, struct error *err) must_check;

/* End all connections and remove the socket; NULL is fine. */
void agent_proxy_free(struct agent_proxy *proxy);

#endif
