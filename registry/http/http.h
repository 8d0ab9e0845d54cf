/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange over libcurl: a request out, status, headers and a body
 * in. No redirect is followed here, nothing is repeated, no credentials are
 * chosen; others do that. There is no limit on the duration of a transfer,
 * only on connecting and on silence.
 *
 *   struct http_request request = { .method = HTTP_GET, .url = url };
 *   autoclean(http_response_release) struct http_response response =
 *           HTTP_RESPONSE_INIT;
 *   if (http_perform(pool, &request, &response, err) < 0)
 *           return -1;
 */
#ifndef REGISTRY_HTTP_HTTP_H
#define REGISTRY_HTTP_HTTP_H

#include "registry/http/http_message.h"
#include "registry/http/http_pool.h"

/*
 * Do one exchange; any status is a success. On failure RESPONSE->failure says
 * how far it got; NETWORK, or the kind that a callback set.
 */
int http_perform(struct http_pool *pool, const struct http_request *request,
		 struct http_response *response, struct error *err) must_check;

#endif
