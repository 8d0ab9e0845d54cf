/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request to a registry, carried through: with what the registry wants to
 * be shown, over its redirects, and again when that makes sense.
 *
 * An answer of any status is a success here; whether it is the wanted one is
 * the caller's to judge, with exchange_error for the sentence. Credentials go
 * to the registry's own origin only. A host that a redirect led to may ask
 * for a token of its own; it is fetched anonymously.
 */
#ifndef REGISTRY_EXCHANGE_H
#define REGISTRY_EXCHANGE_H

#include "registry/remote.h"

struct exchange {
	struct remote *remote;
	enum http_method method;
	const char *url;
	const struct strvec *headers;
	const struct http_body *body;
	const struct http_receiver *receiver;
	size_t limit;		     /* of a kept 2xx body */
	const struct strvec *scopes; /* NULL: the remote's */
	const char *layer;	     /* whom a pause concerns; or NULL */
};

/* Do it once: with authentication, without retries. */
int exchange_once(const struct exchange *exchange,
		  struct http_response *response, struct error *err) must_check;

/*
 * Do it until there is an answer that more tries would not better. The
 * receiver's first bytes end the retries: after those, resuming is up to the
 * caller.
 */
int exchange_run(const struct exchange *exchange,
		 struct http_response *response, struct error *err) must_check;

/* Whether what RESULT and RESPONSE tell may go away by itself. */
bool exchange_is_transient(const struct exchange *exchange, int result,
			   const struct http_response *response);

/*
 * Pause as RETRY and RESPONSE ask for, telling people; INTERRUPTED when
 * cancelled meanwhile.
 */
int exchange_pause(const struct exchange *exchange, const struct retry *retry,
		   const struct http_response *response,
		   struct error *err) must_check;

/* Describe an unwanted answer about WHAT, for REPOSITORY's user; -1. */
int exchange_error(const struct exchange *exchange,
		   const struct http_response *response, const char *what,
		   struct error *err);

#endif
