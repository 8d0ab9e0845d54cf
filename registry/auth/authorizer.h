/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one registry wants to be asked, and by whom it is asked.
 *
 * The first request carries no credentials; the registry's 401 says what it
 * wants (some answer 400 to credentials they did not ask for). What was
 * learnt is kept: later requests carry a token from the cache, or Basic, at
 * once. Credentials are looked up when the first challenge comes, and once.
 *
 *   struct auth_attempt attempt = { .scopes = &scopes };
 *   do {
 *           authorizer_prepare(auth, &attempt, &scratch, err);
 *           … request with attempt.header …
 *           if (response.status != 401)
 *                   break;
 *           authorizer_refused(auth, &attempt, &response, &again, err);
 *   } while (again);
 *
 * After a 401 a cached token is renewed once; then, as far as it was not done
 * yet: the scope that the registry names, the first scope alone (some
 * endpoints grant only one), Basic where it is offered. An authorizer may be
 * used by several threads at once; an attempt belongs to one request.
 */
#ifndef REGISTRY_AUTH_AUTHORIZER_H
#define REGISTRY_AUTH_AUTHORIZER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "registry/auth/token_fetch.h"

struct authorizer;

struct authorizer_options {
	struct http_pool *pool;		/* borrowed, as all of these */
	const struct tls_settings *tls; /* the registry's own */
	const char *host;		/* the registry's host and port */
	bool allow_plain;		/* realms may be http */
	/* Look credentials up; none found leaves OUT empty. NULL: anonymous. */
	int (*find)(void *context, struct credentials *out, struct error *err);
	/* Trust for another HOST that has the token endpoint; or NULL. */
	const struct tls_settings *(*trust)(void *context, const char *host);
	void *context;
};

struct auth_attempt {
	const struct strvec *scopes; /* the wanted one first; may be empty */
	char *header;		     /* for the request; NULL: anonymous */
	char *extra_scope;	     /* what the registry asked for besides */
	bool is_fresh;	   /* the token was fetched for this attempt */
	bool is_narrow;	   /* only the first scope is asked for */
	bool tried_scope;  /* the registry's own scope was asked for */
	bool tried_basic;  /* Basic was used in place of a token */
	bool learnt;	   /* a challenge was followed */
	unsigned renewals; /* of tokens that were fresh */
};

/* Make an authorizer; the strings and objects of OPTIONS must outlive it. */
struct authorizer *authorizer_new(const struct authorizer_options *options);

/* Say whether realms may be http, once that is known of the registry. */
void authorizer_allow_plain(struct authorizer *auth, bool allow);

/* Free it with all tokens and credentials. */
void authorizer_free(struct authorizer *auth);
DEFINE_CLEANUP_PTR(struct authorizer, authorizer_free)

/*
 * Set ATTEMPT->header by what is known, fetching a token if need be.
 * RESPONSE is scratch, see token_fetch.
 */
int authorizer_prepare(struct authorizer *auth, struct auth_attempt *attempt,
		       struct http_response *response,
		       struct error *err) must_check;

/*
 * Learn from the challenges in VALUES, which came with a 401 for ATTEMPT;
 * *AGAIN tells whether a repetition has any hope.
 */
int authorizer_refused(struct authorizer *auth, struct auth_attempt *attempt,
		       const struct strvec *values, bool *again,
		       struct error *err) must_check;

/* Who the requests come from, for messages: a user name or NULL; owned. */
char *authorizer_user(struct authorizer *auth);

/* Free what ATTEMPT owns. */
void auth_attempt_release(struct auth_attempt *attempt);
DEFINE_CLEANUP(struct auth_attempt, auth_attempt_release)

#endif
