/* SPDX-License-Identifier: Apache-2.0 */
/* Requests with authentication, redirects and retries. */
#include "registry/exchange.h"

#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "registry/http/redirect.h"
#include "registry/http/url.h"
#include "registry/registry_error.h"

/* 401s in one exchange: renewed, other scope, one scope, Basic, one spare. */
enum { REFUSALS_MAX = 6 };

static void collect_challenges(const struct http_response *response,
			       struct strvec *out)
{
	const char *value;
	size_t at = 0;

	while ((value = http_header_next(response, "WWW-Authenticate", &at)))
		strvec_add(out, value);
}

static int rewind_body(const struct exchange *exchange,
		       struct http_response *response, struct error *err)
{
	const struct http_body *body = exchange->body;

	if (!body || !body->read)
		return 0;
	response->failure = HTTP_FAILURE_LOCAL;
	if (!body->rewind)
		return error_set(err, ERROR_NETWORK,
				 "the request cannot be repeated");
	return body->rewind(body->context, err);
}

/*
 * Whether TEXT is a URL of the registry's own origin, so that credentials may
 * go there; *SAME_HOST when at least its host is the registry's.
 */
static bool is_own_origin(struct remote *remote, const char *text,
			  bool *same_host)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(url_release) struct url own = URL_INIT;
	autoclean(url_release) struct url url = URL_INIT;
	autofree char *base = remote_url(remote, NULL);

	*same_host = false;
	if (url_parse(base, &own, &ignored) < 0 ||
	    url_parse(text, &url, &ignored) < 0)
		return false;
	*same_host = !strcmp(own.host, url.host);
	return url_is_same_origin(&own, &url);
}

static int perform(const struct exchange *exchange, const char *url,
		   const char *authorization, struct http_response *response,
		   struct error *err)
{
	struct remote *remote = exchange->remote;
	autoclean(tls_settings_release) struct tls_settings derived =
		TLS_SETTINGS_INIT;
	bool same_host;
	bool is_own = is_own_origin(remote, url, &same_host);
	struct http_request request = {
		.method = exchange->method,
		.url = url,
		.headers = exchange->headers,
		.authorization = authorization,
		.tls = is_own ? &remote->tls : &derived,
		.body = exchange->body,
		.receiver = exchange->receiver,
		.limit = exchange->limit,
	};

	if (!is_own)
		tls_derive(&remote->tls, same_host, &derived);
	if (redirect_follow(remote->pool, &request, response, err) < 0)
		return -1;
	remote->has_answered = true;
	notices_warnings(remote->notices, remote->endpoint->host, response);
	return 0;
}

/*
 * The storage behind a redirect may want a token too (ggcr meets some). It
 * gets one that anybody can have, once.
 */
static int answer_stranger(const struct exchange *exchange,
			   struct http_response *response, struct error *err)
{
	autoclean(challenge_release) struct challenge challenge =
		CHALLENGE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strvec_release) struct strvec values = STRVEC_INIT;
	autoclean(strvec_release) struct strvec scopes = STRVEC_INIT;
	autoclean(token_release) struct token token = TOKEN_INIT;
	autoclean(http_response_release) struct http_response scratch =
		HTTP_RESPONSE_INIT;
	autoclean(tls_settings_release) struct tls_settings tls =
		TLS_SETTINGS_INIT;
	struct token_request request = {
		.pool = exchange->remote->pool,
		.tls = &tls,
		.challenge = &challenge,
		.scopes = &scopes,
		.allow_plain = !strncmp(response->url, "http://", 7),
	};
	autofree char *header = NULL;
	autofree char *url = xstrdup(response->url);

	collect_challenges(response, &values);
	if (challenge_choose(&values, &challenge, &ignored) < 0 ||
	    challenge.scheme != CHALLENGE_BEARER)
		return 0;
	if (challenge.scope)
		strvec_add(&scopes, challenge.scope);
	tls_derive(&exchange->remote->tls, false, &tls);
	if (token_fetch(&request, &scratch, &token, &ignored) < 0 ||
	    rewind_body(exchange, response, &ignored) < 0)
		return 0; /* the 401 stays the answer */
	header = xasprintf("Bearer %s", token.text);
	return perform(exchange, url, header, response, err);
}

/* Some (gcr.io) say only at the API's root how they want to be asked. */
static void ask_root(const struct exchange *exchange, struct strvec *values)
{
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *url = remote_url(exchange->remote, NULL);
	struct exchange root = { .remote = exchange->remote,
				 .method = HTTP_GET };

	if (!perform(&root, url, NULL, &response, &ignored) &&
	    response.status == 401)
		collect_challenges(&response, values);
}

/* Learn from a 401; *AGAIN when the request is worth repeating. */
static int learn(const struct exchange *exchange, struct auth_attempt *attempt,
		 struct http_response *response, bool *again, struct error *err)
{
	autoclean(strvec_release) struct strvec values = STRVEC_INIT;

	*again = false;
	collect_challenges(response, &values);
	if (values.count == 0)
		ask_root(exchange, &values);
	if (values.count == 0)
		return 0;
	if (authorizer_refused(exchange->remote->auth, attempt, &values, again,
			       err) < 0) {
		response->failure = HTTP_FAILURE_LOCAL;
		return -1;
	}
	return *again ? rewind_body(exchange, response, err) : 0;
}

static int authorized(const struct exchange *exchange,
		      struct http_response *response, struct error *err)
{
	struct remote *remote = exchange->remote;
	autoclean(auth_attempt_release) struct auth_attempt attempt = {
		.scopes = exchange->scopes ? exchange->scopes : &remote->scopes
	};
	bool again = true;

	for (int refusals = 0;; refusals++) {
		if (authorizer_prepare(remote->auth, &attempt, response, err) <
			    0 ||
		    perform(exchange, exchange->url, attempt.header, response,
			    err) < 0)
			return -1;
		if (response->status != 401 || refusals == REFUSALS_MAX)
			return 0;
		if (response->crossed)
			return answer_stranger(exchange, response, err);
		if (learn(exchange, &attempt, response, &again, err) < 0)
			return -1;
		if (!again)
			return 0;
	}
}

int exchange_once(const struct exchange *exchange,
		  struct http_response *response, struct error *err)
{
	bool same_host;

	response->failure = HTTP_FAILURE_LOCAL;
	if (exchange->remote->options->offline)
		return error_set(err, ERROR_NETWORK,
				 "offline: no request to %s is made",
				 exchange->remote->endpoint->host);
	if (is_own_origin(exchange->remote, exchange->url, &same_host))
		return authorized(exchange, response, err);
	return perform(exchange, exchange->url, NULL, response, err);
}

/*
 * A registry that was never reached is likely not there at all; one that
 * answered before is more likely busy (some cap the number of connections).
 */
bool exchange_is_transient(const struct exchange *exchange, int result,
			   const struct http_response *response)
{
	switch (response->failure) {
	case HTTP_FAILURE_BROKEN:
		return true;
	case HTTP_FAILURE_RESOLVE:
	case HTTP_FAILURE_CONNECT:
	case HTTP_FAILURE_HANDSHAKE:
		return exchange->remote->has_answered;
	case HTTP_FAILURE_NONE:
		return retry_is_status(response->status);
	case HTTP_FAILURE_REQUEST:
	case HTTP_FAILURE_TRUST:
	case HTTP_FAILURE_PROXY:
	case HTTP_FAILURE_LOCAL:
	case HTTP_FAILURE_CANCELLED:
		return false;
	}
	return result < 0;
}

/* What the server asked for, in a header or in its words. */
static int64_t asked_pause(const struct http_response *response)
{
	const char *value;

	if (response->failure != HTTP_FAILURE_NONE)
		return RETRY_UNKNOWN;
	value = http_header(response, "Retry-After");
	if (value)
		return retry_after_parse(value, time(NULL));
	return response->status == 429 ? retry_after_find(response->body.text)
				       : RETRY_UNKNOWN;
}

int exchange_pause(const struct exchange *exchange, const struct retry *retry,
		   const struct http_response *response, struct error *err)
{
	const struct client_options *options = exchange->remote->options;
	const char *host = exchange->remote->endpoint->host;
	unsigned pause = retry_pause(retry, options->retry_base_ms,
				     asked_pause(response), arc4random());
	autofree char *text = NULL;

	log_debug("registry", "host=%s attempt=%u status=%ld pause_ms=%u", host,
		  retry->failures, response->status, pause);
	if (response->failure == HTTP_FAILURE_NONE && response->status == 429) {
		text = xasprintf("%s limits the rate of requests (HTTP 429)",
				 host);
		notices_once(exchange->remote->notices, text);
	}
	if (pause > 0)
		notices_pause(exchange->remote->notices, exchange->layer,
			      pause);
	return retry_wait(pause, options->cancelled, options->cancelled_context,
			  err);
}

int exchange_run(const struct exchange *exchange,
		 struct http_response *response, struct error *err)
{
	struct retry retry = { .limit = exchange->remote->options->retries };

	for (;;) {
		int result = exchange_once(exchange, response, err);

		if (!exchange_is_transient(exchange, result, response) ||
		    response->received > 0 || !retry_again(&retry, 0))
			return result;
		if (exchange->body && exchange->body->read &&
		    !exchange->body->rewind)
			return result;
		error_release(err);
		if (exchange_pause(exchange, &retry, response, err) < 0 ||
		    rewind_body(exchange, response, err) < 0)
			return -1;
	}
}

/* Who gave an answer that came over a redirect to another origin. */
static char *stranger(const struct http_response *response)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(url_release) struct url url = URL_INIT;

	if (!response->crossed || url_parse(response->url, &url, &ignored) < 0)
		return NULL;
	return url_authority(&url);
}

int exchange_error(const struct exchange *exchange,
		   const struct http_response *response, const char *what,
		   struct error *err)
{
	autofree char *user = authorizer_user(exchange->remote->auth);
	autofree char *other = stranger(response);
	struct registry_refusal refusal = {
		.status = response->status,
		.body = response->body.text,
		.length = response->body.length,
		.what = what,
		.repository = exchange->remote->name,
		.host = other ? other : exchange->remote->endpoint->host,
		.user = other ? NULL : user,
		.is_push = exchange->remote->is_push,
	};

	return registry_error_set(&refusal, err);
}
