/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a token endpoint for a bearer token.
 *
 * The endpoint's URL comes from the registry, so it is judged before anything
 * is sent there: https, or http where the registry itself is spoken to in the
 * clear; nothing else. A password goes by GET with Basic, the way that every
 * registry knows; an identity token goes by POST (OAuth2), and by nothing
 * else, because a redirect must never carry it on.
 */
#ifndef REGISTRY_AUTH_TOKEN_FETCH_H
#define REGISTRY_AUTH_TOKEN_FETCH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "registry/auth/challenge.h"
#include "registry/auth/token.h"
#include "registry/config/secret.h"
#include "registry/http/http.h"

struct token_request {
	struct http_pool *pool;
	const struct tls_settings *tls;	       /* for the endpoint's host */
	const struct challenge *challenge;     /* realm and service */
	const struct strvec *scopes;	       /* in order of importance */
	const struct credentials *credentials; /* NULL: anonymous */
	bool allow_plain;		       /* the realm may be http */
};

/*
 * Fetch a token. AUTH when the endpoint refuses the credentials, DENIED when
 * the realm is not one to be asked. RESPONSE is scratch space that tells,
 * after a failure, whether another attempt makes sense.
 */
int token_fetch(const struct token_request *request,
		struct http_response *response, struct token *out,
		struct error *err) must_check;

/* The value of a Basic Authorization header; owned. */
char *token_basic_header(const char *username, const char *password);

#endif
