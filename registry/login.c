/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v2/ with credentials that are not stored anywhere yet. */
#include "registry/login.h"

#include "base/alloc.h"
#include "registry/exchange.h"

/* The API's root, asked in the way that its challenge wants. */
static int knock(struct remote *remote, struct error *err)
{
	static const struct strvec nothing = STRVEC_INIT;
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autofree char *url = NULL;
	struct exchange exchange = { .remote = remote,
				     .method = HTTP_GET,
				     .scopes = &nothing };

	if (remote_settle(remote, err) < 0)
		return -1;
	url = remote_url(remote, NULL);
	exchange.url = url;
	if (exchange_run(&exchange, &response, err) < 0)
		return -1;
	if (response.status == 401)
		return error_set(err, ERROR_AUTH,
				 "unauthorized: incorrect username or "
				 "password (HTTP 401)");
	if (response.status / 100 != 2)
		return exchange_error(&exchange, &response, "the API", err);
	return 0;
}

static int check(const struct client_options *options,
		 const struct endpoint *endpoint,
		 const struct credentials *credentials, struct error *err)
{
	struct remote_options remote_options = { .client = options,
						 .name = endpoint->host,
						 .credentials = credentials };
	autoclean(remote_close) struct remote *remote = NULL;
	struct notices notices;
	int result = -1;

	notices_init(&notices, options);
	remote_options.notices = &notices;
	if (remote_open(&remote_options, endpoint, &remote, err) == 0)
		result = knock(remote, err);
	notices_release(&notices);
	return result;
}

int login_check(const struct client_options *options, const char *host,
		const struct credentials *credentials, struct error *err)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autofree char *name = xasprintf("%s/login", host);
	struct endpoint *endpoints = NULL;
	size_t count = 0;
	int result;

	if (options->offline)
		return error_set(err, ERROR_NETWORK,
				 "offline: login would have to ask %s", host);
	/* any repository will do to find out where the host really is */
	if (reference_parse(name, &reference, err) < 0 ||
	    registries_resolve(options->registries, &reference, false,
			       &endpoints, &count, err) < 0)
		return -1;
	result = check(options, &endpoints[count - 1], credentials, err);
	endpoints_free(endpoints, count);
	if (result < 0)
		error_wrap(err, "login to %s", host);
	return result;
}
