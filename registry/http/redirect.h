/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows redirects, with our rules instead of libcurl's.
 *
 * An origin is scheme, host and port. As soon as a redirect leaves the first
 * one, the Authorization header and the client certificate stay behind for
 * good; https never leads to http; verification of certificates stays on
 * unless the host name is the insecure one. GET and HEAD are repeated for
 * 301, 302, 303, 307 and 308; a request with a body only for 307 and 308,
 * from the start of its body. At most REGISTRY_REDIRECTS_MAX.
 */
#ifndef REGISTRY_HTTP_REDIRECT_H
#define REGISTRY_HTTP_REDIRECT_H

#include "registry/http/http.h"

/*
 * Like http_perform, answering with what the last redirect led to;
 * RESPONSE->url and ->crossed tell where that was.
 */
int redirect_follow(struct http_pool *pool, const struct http_request *request,
		    struct http_response *response,
		    struct error *err) must_check;

#endif
