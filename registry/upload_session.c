/* SPDX-License-Identifier: Apache-2.0 */
/* The Location of an upload, resolved and judged. */
#include "registry/upload_session.h"

#include <string.h>

static unsigned default_port(const struct url *url)
{
	return url->is_https ? 443 : 80;
}

/* A registry that does not know the name it goes by: scheme or port lost. */
static bool is_misnamed(const struct url *base, const struct url *next)
{
	if (strcmp(base->host, next->host))
		return false;
	return (base->is_https && !next->is_https) ||
	       (next->port == default_port(next) &&
		base->port != default_port(base));
}

int upload_session_next(const struct http_response *response, struct url *out,
			bool *repaired_out, struct error *err)
{
	const char *location = http_header(response, "Location");
	autoclean(url_release) struct url base = URL_INIT;

	*repaired_out = false;
	if (!location)
		return error_set(err, ERROR_NETWORK,
				 "the answer names no Location");
	if (url_parse(response->url, &base, err) < 0 ||
	    url_resolve(&base, location, out, err) < 0)
		return error_wrap(err, "Location of the upload");
	if (is_misnamed(&base, out)) {
		out->is_https = base.is_https;
		out->port = base.port;
		*repaired_out = true;
	}
	if (base.is_https && !out->is_https)
		return error_set(err, ERROR_DENIED,
				 "the upload is to go to %s without "
				 "encryption, which is refused",
				 out->host);
	return 0;
}
