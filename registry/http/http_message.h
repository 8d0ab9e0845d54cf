/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and responses as values.
 *
 * A request borrows everything it points to. A response owns what it holds:
 * start with HTTP_RESPONSE_INIT, release it when done. A body of 2xx goes to
 * the request's receiver when there is one; every other body is kept, within
 * a ceiling, in the response.
 */
#ifndef REGISTRY_HTTP_HTTP_MESSAGE_H
#define REGISTRY_HTTP_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/strvec.h"
#include "registry/http/curl_error.h"
#include "registry/http/tls.h"

struct http_response;

enum http_method {
	HTTP_NONE = 0,
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
};

struct http_body {
	/* Give the next bytes; *GOT = 0 ends it. NULL: `data` is the body. */
	int (*read)(void *context, void *buffer, size_t capacity, size_t *got,
		    struct error *err);
	int (*rewind)(void *context, struct error *err); /* to its start */
	void *context;
	const void *data;
	int64_t length; /* negative: unknown, sent in chunks */
};

struct http_receiver {
	/* Called once, before the first byte of a 2xx body; may be NULL. */
	int (*begin)(void *context, const struct http_response *response,
		     struct error *err);
	int (*write)(void *context, const void *data, size_t length,
		     struct error *err);
	void *context;
};

struct http_request {
	enum http_method method;
	const char *url;		/* absolute, http or https */
	const struct strvec *headers;	/* "Name: value"; or NULL */
	const char *authorization;	/* value of that header, or NULL */
	const struct tls_settings *tls; /* NULL: the system's trust */
	const struct http_body *body;	/* or NULL */
	const struct http_receiver *receiver; /* or NULL: the body is kept */
	size_t limit; /* most bytes of a kept 2xx body; 0: 64 KiB */
	unsigned connect_timeout_ms; /* 0: the pool's */
};

struct http_response {
	long status;
	struct strvec headers;	   /* "name: value", in order of arrival */
	struct strbuf body;	   /* what was kept */
	char *url;		   /* what answered, after redirects */
	bool crossed;		   /* another origin answered than was asked */
	uint64_t received;	   /* body bytes handed to the receiver */
	enum http_failure failure; /* why http_perform failed */
};

#define HTTP_RESPONSE_INIT                                                     \
	{                                                                      \
		0, STRVEC_INIT, STRBUF_INIT, NULL, false, 0, HTTP_FAILURE_NONE \
	}

/* The first header called NAME (any case), or NULL; borrowed. */
const char *http_header(const struct http_response *response, const char *name);

/* The next header called NAME from index *AT on, or NULL; moves *AT. */
const char *http_header_next(const struct http_response *response,
			     const char *name, size_t *at);

/* A header that is a number of bytes; false when absent or malformed. */
bool http_header_size(const struct http_response *response, const char *name,
		      uint64_t *out);

/* URL without query and fragment, which may carry signatures; owned. */
char *http_redacted(const char *url);

/* The method's name. */
const char *http_method_name(enum http_method method);

/* Free everything and return to the initial state. */
void http_response_release(struct http_response *response);
DEFINE_CLEANUP(struct http_response, http_response_release)

#endif
