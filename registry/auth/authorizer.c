/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication state of one registry: nothing yet, Basic, or Bearer. */
#include "registry/auth/authorizer.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "registry/http/url.h"

enum { RENEWALS_MAX = 2 };

struct authorizer {
	struct authorizer_options options;
	pthread_mutex_t lock; /* guards what follows; held while fetching */
	struct challenge challenge;
	struct credentials credentials;
	bool has_looked; /* credentials were looked up */
	struct token_cache tokens;
};

/* How a scheme makes the header of a request; NULL header: anonymous. */
struct scheme {
	const char *name;
	int (*header)(struct authorizer *auth, struct auth_attempt *attempt,
		      struct http_response *response, char **out,
		      struct error *err);
};

struct authorizer *authorizer_new(const struct authorizer_options *options)
{
	struct authorizer *auth = xcalloc(1, sizeof(*auth));

	auth->options = *options;
	(void)pthread_mutex_init(&auth->lock, NULL);
	return auth;
}

void authorizer_allow_plain(struct authorizer *auth, bool allow)
{
	(void)pthread_mutex_lock(&auth->lock);
	auth->options.allow_plain = allow;
	(void)pthread_mutex_unlock(&auth->lock);
}

void authorizer_free(struct authorizer *auth)
{
	if (!auth)
		return;
	challenge_release(&auth->challenge);
	credentials_release(&auth->credentials);
	token_cache_release(&auth->tokens);
	(void)pthread_mutex_destroy(&auth->lock);
	free(auth);
}

static bool has_text(const char *text)
{
	return text && *text;
}

static bool has_credentials(const struct authorizer *auth)
{
	return has_text(auth->credentials.username) ||
	       has_text(auth->credentials.identity_token);
}

/* Look the credentials up once; a broken helper is an error, not "none". */
static int look_up(struct authorizer *auth, struct error *err)
{
	if (auth->has_looked || !auth->options.find)
		return 0;
	if (auth->options.find(auth->options.context, &auth->credentials, err) <
	    0)
		return -1;
	auth->has_looked = true;
	return 0;
}

static int header_none(struct authorizer *auth, struct auth_attempt *attempt,
		       struct http_response *response, char **out,
		       struct error *err)
{
	(void)auth;
	(void)attempt;
	(void)response;
	(void)err;
	*out = NULL;
	return 0;
}

static int header_basic(struct authorizer *auth, struct auth_attempt *attempt,
			struct http_response *response, char **out,
			struct error *err)
{
	const struct credentials *credentials = &auth->credentials;

	(void)response;
	if (look_up(auth, err) < 0)
		return -1;
	attempt->tried_basic = true;
	*out = NULL;
	if (has_text(credentials->username))
		*out = token_basic_header(
			credentials->username,
			credentials->password ? credentials->password : "");
	return 0;
}

/* The scopes of ATTEMPT that are asked for, and their key in the cache. */
static char *collect_scopes(const struct auth_attempt *attempt,
			    struct strvec *out)
{
	struct strbuf key = STRBUF_INIT;

	for (size_t i = 0; attempt->scopes && i < attempt->scopes->count; i++) {
		if (i > 0 && attempt->is_narrow)
			break;
		strvec_add(out, attempt->scopes->items[i]);
	}
	if (attempt->extra_scope && !strvec_has(out, attempt->extra_scope))
		strvec_add(out, attempt->extra_scope);
	for (size_t i = 0; i < out->count; i++)
		strbuf_addf(&key, "%s ", out->items[i]);
	return strbuf_steal(&key);
}

/*
 * The registry's own settings where the endpoint is on its host (or nothing
 * is verified anyway), else those of the endpoint's host: a client
 * certificate and private authorities belong to one host.
 */
static const struct tls_settings *endpoint_trust(const struct authorizer *auth)
{
	const struct authorizer_options *options = &auth->options;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(url_release) struct url realm = URL_INIT;
	autofree char *host = NULL;

	if (!options->trust ||
	    url_parse(auth->challenge.realm, &realm, &ignored) < 0)
		return options->tls;
	host = url_authority(&realm);
	if (!strcmp(host, options->host))
		return options->tls;
	return options->trust(options->context, host);
}

static int fetch(struct authorizer *auth, const struct strvec *scopes,
		 struct http_response *response, struct token *out,
		 struct error *err)
{
	struct token_request request = {
		.pool = auth->options.pool,
		.tls = endpoint_trust(auth),
		.challenge = &auth->challenge,
		.scopes = scopes,
		.credentials = has_credentials(auth) ? &auth->credentials
						     : NULL,
		.allow_plain = auth->options.allow_plain,
	};

	log_debug("auth", "host=%s action=token credentials=%s",
		  auth->options.host, request.credentials ? "yes" : "no");
	return token_fetch(&request, response, out, err);
}

static int header_bearer(struct authorizer *auth, struct auth_attempt *attempt,
			 struct http_response *response, char **out,
			 struct error *err)
{
	autoclean(strvec_release) struct strvec scopes = STRVEC_INIT;
	autoclean(token_release) struct token token = TOKEN_INIT;
	autofree char *key = collect_scopes(attempt, &scopes);
	const char *text = token_cache_find(&auth->tokens, key,
					    clock_monotonic());

	attempt->is_fresh = !text;
	if (text) {
		*out = xasprintf("Bearer %s", text);
		return 0;
	}
	if (look_up(auth, err) < 0 ||
	    fetch(auth, &scopes, response, &token, err) < 0)
		return -1;
	*out = xasprintf("Bearer %s", token.text);
	token_cache_put(&auth->tokens, key, &token);
	return 0;
}

static const struct scheme schemes[] = {
	[CHALLENGE_NONE] = { "none", header_none },
	[CHALLENGE_BASIC] = { "basic", header_basic },
	[CHALLENGE_BEARER] = { "bearer", header_bearer },
};

/*
 * The lock is held while a token is fetched, so that threads which find out
 * at the same time that there is none fetch one and not many.
 */
int authorizer_prepare(struct authorizer *auth, struct auth_attempt *attempt,
		       struct http_response *response, struct error *err)
{
	const struct scheme *scheme;
	int result;

	free(attempt->header);
	attempt->header = NULL;
	response->failure = HTTP_FAILURE_LOCAL;
	(void)pthread_mutex_lock(&auth->lock);
	scheme = &schemes[auth->challenge.scheme];
	result = scheme->header(auth, attempt, response, &attempt->header, err);
	(void)pthread_mutex_unlock(&auth->lock);
	return result;
}

/* Take over what a challenge says; the scope only where it is of use. */
static void adopt(struct authorizer *auth, struct challenge *challenge)
{
	challenge_release(&auth->challenge);
	auth->challenge = *challenge;
	*challenge = (struct challenge)CHALLENGE_INIT;
	log_debug("auth", "host=%s scheme=%s", auth->options.host,
		  schemes[auth->challenge.scheme].name);
}

/*
 * Whether a token was refused that may simply have grown old. One that was
 * fetched a moment ago gets two more chances when the registry calls it
 * invalid: other threads may have used it up meanwhile.
 */
static bool renew(struct authorizer *auth, struct auth_attempt *attempt,
		  const struct challenge *challenge)
{
	static const char prefix[] = "Bearer ";
	bool is_invalid = challenge->error &&
			  !strcmp(challenge->error, "invalid_token");

	if (!attempt->header ||
	    strncmp(attempt->header, prefix, sizeof(prefix) - 1))
		return false;
	token_cache_drop(&auth->tokens, attempt->header + sizeof(prefix) - 1);
	if (!attempt->is_fresh)
		return true;
	return is_invalid && attempt->renewals++ < RENEWALS_MAX;
}

/* The scope that the registry names, when it is not among those asked for. */
static bool widen(struct auth_attempt *attempt,
		  const struct challenge *challenge)
{
	if (attempt->tried_scope || !has_text(challenge->scope))
		return false;
	attempt->tried_scope = true;
	if (attempt->scopes && strvec_has(attempt->scopes, challenge->scope))
		return false;
	free(attempt->extra_scope);
	attempt->extra_scope = xstrdup(challenge->scope);
	return true;
}

static bool narrow(struct auth_attempt *attempt)
{
	size_t count = attempt->scopes ? attempt->scopes->count : 0;

	if (attempt->is_narrow || count + (attempt->extra_scope != NULL) < 2)
		return false;
	free(attempt->extra_scope);
	attempt->extra_scope = NULL;
	attempt->is_narrow = true;
	return true;
}

/* Follow a challenge, once for an attempt. */
static bool follow(struct authorizer *auth, struct auth_attempt *attempt,
		   struct challenge *challenge)
{
	bool is_bearer = challenge->scheme == CHALLENGE_BEARER;
	bool is_first = !attempt->learnt;

	attempt->learnt = true;
	adopt(auth, challenge);
	return is_first && (is_bearer || has_credentials(auth));
}

/* Try Basic where tokens did not help, if it is offered. */
static bool resort(struct authorizer *auth, const struct auth_attempt *attempt,
		   struct challenge *challenge)
{
	bool is_offered = challenge->scheme == CHALLENGE_BASIC ||
			  challenge->offers_basic;

	if (attempt->tried_basic || !is_offered || !has_credentials(auth))
		return false;
	challenge->scheme = CHALLENGE_BASIC;
	adopt(auth, challenge);
	return true;
}

/* Decide what to change for another try, if anything is left. */
static bool change(struct authorizer *auth, struct auth_attempt *attempt,
		   struct challenge *challenge)
{
	bool is_bearer = challenge->scheme == CHALLENGE_BEARER;

	if (!attempt->header ||
	    (is_bearer && attempt->tried_basic && !attempt->learnt))
		return follow(auth, attempt, challenge);
	if (renew(auth, attempt, challenge))
		return true;
	if (is_bearer && !attempt->tried_basic &&
	    (widen(attempt, challenge) || narrow(attempt)))
		return true;
	return resort(auth, attempt, challenge);
}

int authorizer_refused(struct authorizer *auth, struct auth_attempt *attempt,
		       const struct strvec *values, bool *again,
		       struct error *err)
{
	autoclean(challenge_release) struct challenge challenge =
		CHALLENGE_INIT;
	int result = -1;

	*again = false;
	if (challenge_choose(values, &challenge, err) < 0)
		return -1;
	(void)pthread_mutex_lock(&auth->lock);
	if (look_up(auth, err) == 0) {
		*again = change(auth, attempt, &challenge);
		result = 0;
	}
	(void)pthread_mutex_unlock(&auth->lock);
	return result;
}

char *authorizer_user(struct authorizer *auth)
{
	const struct credentials *credentials = &auth->credentials;
	char *user = NULL;

	(void)pthread_mutex_lock(&auth->lock);
	if (auth->challenge.scheme != CHALLENGE_NONE && has_credentials(auth))
		user = xstrdup(has_text(credentials->username)
				       ? credentials->username
				       : "identity token");
	(void)pthread_mutex_unlock(&auth->lock);
	return user;
}

void auth_attempt_release(struct auth_attempt *attempt)
{
	free(attempt->header);
	free(attempt->extra_scope);
	attempt->header = NULL;
	attempt->extra_scope = NULL;
}
