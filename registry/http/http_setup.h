/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the http module: everything about a transfer that can be said to
 * libcurl before it starts, apart from the callbacks.
 */
#ifndef REGISTRY_HTTP_HTTP_SETUP_H
#define REGISTRY_HTTP_HTTP_SETUP_H

#include <curl/curl.h>

#include "registry/http/http_message.h"
#include "registry/http/http_pool.h"

/* Set an option unless CODE already tells of a failure. */
#define HTTP_SET(easy, code, option, value)                               \
	do {                                                              \
		if (!(code))                                              \
			(code) = curl_easy_setopt((easy), option, value); \
	} while (0)

/* Host and port as they stand in URL, without user and password; owned. */
char *http_host(const char *url);

/*
 * What requests must have in common to use one connection: scheme, host, port
 * and how the two sides prove who they are. Owned by the caller.
 */
char *http_pool_key(const struct http_request *request);

/*
 * Prepare EASY for REQUEST. LIST receives header lines that must stay until
 * the transfer is over; the caller frees it, also on failure.
 */
int http_setup(CURL *easy, const struct http_options *options,
	       const struct http_request *request, struct curl_slist **list,
	       struct error *err) must_check;

#endif
