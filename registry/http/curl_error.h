/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where libcurl's result codes become errors of ours.
 *
 * Besides the kind and the text, a caller needs to know how far a transfer
 * got, for that decides what may follow: nothing reached (another mirror,
 * plain HTTP where that is allowed), no trust (never anything weaker), broken
 * off (try again, resume), or stopped by ourselves.
 */
#ifndef REGISTRY_HTTP_CURL_ERROR_H
#define REGISTRY_HTTP_CURL_ERROR_H

#include <curl/curl.h>

#include "base/error.h"

enum http_failure {
	HTTP_FAILURE_NONE = 0,
	HTTP_FAILURE_REQUEST,	/* the request itself cannot be made */
	HTTP_FAILURE_RESOLVE,	/* the host's name is unknown */
	HTTP_FAILURE_CONNECT,	/* refused, unreachable, no answer in time */
	HTTP_FAILURE_HANDSHAKE, /* connected, but the other side has no TLS */
	HTTP_FAILURE_TRUST,	/* one side refused the other over TLS */
	HTTP_FAILURE_PROXY,	/* the proxy refused */
	HTTP_FAILURE_BROKEN,	/* broke off or stalled: worth repeating */
	HTTP_FAILURE_LOCAL,	/* a callback of the caller failed */
	HTTP_FAILURE_CANCELLED, /* the caller wants to stop */
};

/* What a failed transfer was, for the message. */
struct curl_context {
	const char *host;   /* host and port, as asked for */
	const char *detail; /* libcurl's error buffer, may be "" */
	long errnum;	    /* errno of the last connection attempt, or 0 */
	long proxy_status;  /* what a proxy answered to CONNECT, or 0 */
};

/*
 * How far a transfer that ended with CODE got. DETAIL is libcurl's error
 * buffer: it alone tells a server that refuses from one without TLS.
 */
enum http_failure curl_failure_of(CURLcode code, const char *detail);

/* Describe CODE in ERR (NETWORK in most cases); returns -1. */
int curl_error_set(CURLcode code, const struct curl_context *context,
		   struct error *err);

#endif
