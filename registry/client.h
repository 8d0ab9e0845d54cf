/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session about one repository: its mirrors, its registry, the credentials
 * for each, the connections that stay open between requests.
 *
 * Opening resolves the configuration and sends nothing. For pulling, mirrors
 * are asked before the registry; one that does not have what is wanted, or
 * cannot be reached, or is broken, makes way for the next. The one that
 * answered last is asked first the next time. Pushing goes to the registry
 * itself. A client may be used by several threads at once.
 *
 *   struct client_options options = CLIENT_OPTIONS_INIT;
 *   options.registries = …;
 *   if (client_open(&options, &reference, CLIENT_PULL, &client, err) < 0)
 *           return -1;
 *   … fetch_manifest(client, …), fetch_blob(client, …), in fetch.h …
 *   client_close(client);
 */
#ifndef REGISTRY_CLIENT_H
#define REGISTRY_CLIENT_H

#include "registry/client_options.h"
#include "registry/remote.h"
#include "registry/spec/reference.h"

struct client;

enum client_access {
	CLIENT_NONE = 0,
	CLIENT_PULL,
	CLIENT_PUSH,
};

/* Something to be done with one remote, which is settled. */
struct client_task {
	/*
	 * Returns 0 when done. On failure *STOP, initially false, may be set
	 * to say that asking another remote is no use.
	 */
	int (*run)(void *context, struct remote *remote, bool *stop,
		   struct error *err);
	void *context;
	const char *what; /* what is wanted, for messages */
};

/* Open a session; OPTIONS is copied, what it points to is borrowed. */
int client_open(const struct client_options *options,
		const struct reference *reference, enum client_access access,
		struct client **out, struct error *err) must_check;

/* Close all connections and free it; NULL is fine. */
void client_close(struct client *client);
DEFINE_CLEANUP_PTR(struct client, client_close)

/* The host that answered last (the registry's before any), for messages. */
const char *client_host(const struct client *client);

/* The reference the client was opened for; borrowed. */
const struct reference *client_reference(const struct client *client);

/*
 * Run TASK with one remote after the other until it succeeds. The error is
 * the registry's own, or the one that came with *STOP.
 */
int client_run(struct client *client, const struct client_task *task,
	       struct error *err) must_check;

#endif
