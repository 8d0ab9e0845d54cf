/* SPDX-License-Identifier: Apache-2.0 */
/* Redirects: who may be asked next, and what may be shown to them. */
#include "registry/http/redirect.h"

#include <string.h>

#include "base/alloc.h"
#include "registry/http/url.h"
#include "registry/registry_limits.h"

/* The request as it goes out next; owns what differs from the original. */
struct hop {
	struct http_request request;
	struct url url;
	char *text;
	struct tls_settings tls;
	bool crossed;
};

static void hop_release(struct hop *hop)
{
	url_release(&hop->url);
	free(hop->text);
	tls_settings_release(&hop->tls);
}
DEFINE_CLEANUP(struct hop, hop_release)

static bool is_redirect(const struct http_response *response)
{
	switch (response->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return http_header(response, "Location") != NULL;
	default:
		return false;
	}
}

static int refuse(struct http_response *response, struct error *err,
		  const char *why)
{
	autofree char *place = http_redacted(response->url);

	response->failure = HTTP_FAILURE_REQUEST;
	return error_set(err, ERROR_NETWORK, "%s redirects (HTTP %ld) %s",
			 place, response->status, why);
}

/* Leave behind what belongs to the origin that is being left. */
static void cross(struct hop *hop, const struct http_request *original,
		  const struct url *next)
{
	bool same_host = !strcmp(hop->url.host, next->host);

	if (original->tls && !hop->crossed)
		tls_derive(original->tls, same_host, &hop->tls);
	else if (!same_host)
		hop->tls.insecure = false;
	hop->request.tls = &hop->tls;
	hop->request.authorization = NULL;
	hop->crossed = true;
}

static int rewind_body(struct hop *hop, long status,
		       struct http_response *response, struct error *err)
{
	const struct http_body *body = hop->request.body;
	enum http_method method = hop->request.method;

	if (method == HTTP_NONE || method == HTTP_GET || method == HTTP_HEAD)
		return 0;
	if (status != 307 && status != 308)
		return refuse(response, err,
			      "a request that changes something");
	if (!body || !body->read)
		return 0;
	if (!body->rewind)
		return refuse(response, err,
			      "a body that cannot be sent again");
	if (body->rewind(body->context, err) < 0) {
		response->failure = HTTP_FAILURE_LOCAL;
		return -1;
	}
	return 0;
}

static int next_hop(struct hop *hop, const struct http_request *original,
		    struct http_response *response, struct error *err)
{
	const char *location = http_header(response, "Location");
	autoclean(url_release) struct url next = URL_INIT;

	if (url_resolve(&hop->url, location, &next, err) < 0) {
		error_release(err);
		return refuse(response, err, "to a URL that is not valid");
	}
	if (hop->url.is_https && !next.is_https)
		return refuse(response, err, "from https to http");
	if (rewind_body(hop, response->status, response, err) < 0)
		return -1;
	if (!url_is_same_origin(&hop->url, &next))
		cross(hop, original, &next);
	url_release(&hop->url);
	hop->url = next;
	next = (struct url)URL_INIT;
	free(hop->text);
	hop->text = url_format(&hop->url);
	hop->request.url = hop->text;
	return 0;
}

int redirect_follow(struct http_pool *pool, const struct http_request *request,
		    struct http_response *response, struct error *err)
{
	autoclean(hop_release) struct hop hop = { .request = *request,
						  .url = URL_INIT,
						  .tls = TLS_SETTINGS_INIT };

	response->failure = HTTP_FAILURE_REQUEST;
	if (url_parse(request->url, &hop.url, err) < 0)
		return -1;
	for (int hops = 0; hops <= REGISTRY_REDIRECTS_MAX; hops++) {
		int result = http_perform(pool, &hop.request, response, err);

		response->crossed = hop.crossed;
		if (result < 0 || !is_redirect(response))
			return result;
		if (next_hop(&hop, request, response, err) < 0)
			return -1;
	}
	return refuse(response, err, "without end");
}
