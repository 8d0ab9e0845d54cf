/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One registry (origin or mirror) as one client talks to it: its address,
 * trust, credentials, open connections.
 *
 * https is spoken to every registry. Only one that is configured as insecure
 * or lives on this machine may be spoken to in the clear, and only when it
 * does not answer to TLS; a certificate that fails verification is never a
 * reason for less. Which one it is, is found out by the first request to such
 * a registry. Threads may share a remote.
 */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "registry/auth/authorizer.h"
#include "registry/client_options.h"
#include "registry/config/registries_conf.h"
#include "registry/notices.h"

struct remote {
	const struct client_options *options;
	const struct endpoint *endpoint;
	struct notices *notices;
	const char *name; /* the repository, as people write it */
	bool is_push;
	const struct credentials *credentials; /* in place of files; or NULL */
	struct strvec scopes;		       /* what tokens are asked for */
	struct tls_settings tls;
	struct http_pool *pool;
	struct authorizer *auth;
	atomic_bool has_answered;    /* it spoke HTTP to us before */
	atomic_bool is_down;	     /* it never could be reached */
	pthread_mutex_t probe_lock;  /* guards the setting of `base` */
	char *base;		     /* "https://host:port"; NULL: not known */
	pthread_mutex_t lock;	     /* guards what follows */
	struct tls_settings *realms; /* trust for other hosts' endpoints */
	struct strvec realm_hosts;
};

struct remote_options {
	const struct client_options *client;
	struct notices *notices;
	const char *name; /* the repository, as people write it */
	bool is_push;	  /* tokens are asked for with both rights */
	/* Used in place of what the auth files hold; or NULL. */
	const struct credentials *credentials;
};

/*
 * Make a remote for ENDPOINT; nothing is sent. ENDPOINT and what OPTIONS
 * points to must outlive it.
 */
int remote_open(const struct remote_options *options,
		const struct endpoint *endpoint, struct remote **out,
		struct error *err) must_check;

/* Close its connections and free it. */
void remote_close(struct remote *remote);
DEFINE_CLEANUP_PTR(struct remote, remote_close)

/* Find out the scheme, if that is not known. */
int remote_settle(struct remote *remote, struct error *err) must_check;

/*
 * The URL of a PATH below the repository ("manifests/latest"), or of the
 * API's root when PATH is NULL; the remote must be settled. Owned.
 */
char *remote_url(struct remote *remote, const char *path);

#endif
