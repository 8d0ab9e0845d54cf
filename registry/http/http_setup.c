/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a transfer: method, limits, proxy, headers, trust. */
#include "registry/http/http_setup.h"

#include <string.h>

#include "base/alloc.h"
#include "registry/http/url.h"

static const struct tls_settings system_trust = TLS_SETTINGS_INIT;

enum { BUFFER_SIZE = 512 << 10 }; /* libcurl's receive and send buffers */

char *http_host(const char *url)
{
	const char *start = strstr(url, "://");
	const char *at;
	size_t length;

	start = start ? start + 3 : url;
	length = strcspn(start, "/?#");
	at = memrchr(start, '@', length);
	if (at) {
		length -= (size_t)(at + 1 - start);
		start = at + 1;
	}
	return xstrndup(start, length);
}

static CURLcode set_method(CURL *easy, const struct http_request *request)
{
	const struct http_body *body = request->body;
	CURLcode code = CURLE_OK;

	switch (request->method) {
	case HTTP_NONE:
	case HTTP_GET:
		HTTP_SET(easy, code, CURLOPT_HTTPGET, 1L);
		return code;
	case HTTP_HEAD:
		HTTP_SET(easy, code, CURLOPT_NOBODY, 1L);
		return code;
	case HTTP_DELETE:
		HTTP_SET(easy, code, CURLOPT_CUSTOMREQUEST, "DELETE");
		return code;
	case HTTP_POST:
	case HTTP_PUT:
	case HTTP_PATCH:
		break;
	}
	/* an upload of known size, also an empty one, states its length */
	HTTP_SET(easy, code, CURLOPT_UPLOAD, 1L);
	HTTP_SET(easy, code, CURLOPT_CUSTOMREQUEST,
		 http_method_name(request->method));
	HTTP_SET(easy, code, CURLOPT_INFILESIZE_LARGE,
		 (curl_off_t)(body ? body->length : 0));
	return code;
}

/*
 * Loopback never goes through a proxy (as Go's programs have it, so that a
 * proxy in the environment does not cut off a local registry). The upper case
 * HTTP_PROXY is honoured too: libcurl leaves it alone because of CGI.
 */
static CURLcode set_proxy(CURL *easy, const char *url)
{
	const char *proxy = getenv("HTTP_PROXY");
	autofree char *host = http_host(url);
	CURLcode code = CURLE_OK;

	if (url_is_loopback(host))
		HTTP_SET(easy, code, CURLOPT_NOPROXY, "*");
	else if (proxy && *proxy && !getenv("http_proxy") &&
		 !strncasecmp(url, "http://", 7))
		HTTP_SET(easy, code, CURLOPT_PROXY, proxy);
	return code;
}

static CURLcode set_options(CURL *easy, const struct http_options *options,
			    const struct http_request *request)
{
	unsigned connect = request->connect_timeout_ms
				   ? request->connect_timeout_ms
				   : options->connect_timeout_ms;
	CURLcode code = CURLE_OK;

	HTTP_SET(easy, code, CURLOPT_URL, request->url);
	HTTP_SET(easy, code, CURLOPT_PROTOCOLS_STR, "http,https");
	HTTP_SET(easy, code, CURLOPT_FOLLOWLOCATION, 0L);
	HTTP_SET(easy, code, CURLOPT_PATH_AS_IS, 1L);
	HTTP_SET(easy, code, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	HTTP_SET(easy, code, CURLOPT_NOSIGNAL, 1L);
	HTTP_SET(easy, code, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	HTTP_SET(easy, code, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
	HTTP_SET(easy, code, CURLOPT_BUFFERSIZE, (long)BUFFER_SIZE);
	HTTP_SET(easy, code, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER_SIZE);
	HTTP_SET(easy, code, CURLOPT_TCP_KEEPALIVE, 1L);
	if (options->user_agent)
		HTTP_SET(easy, code, CURLOPT_USERAGENT, options->user_agent);
	if (!code)
		code = set_method(easy, request);
	if (!code)
		code = set_proxy(easy, request->url);
	return code;
}

static bool add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

/* Build the header lines; "Expect:" keeps libcurl from waiting for a 100. */
static int set_headers(CURL *easy, const struct http_request *request,
		       struct curl_slist **list, struct error *err)
{
	autofree char *secret = NULL;
	bool ok = add_line(list, "Expect:");

	for (size_t i = 0; request->headers && i < request->headers->count; i++)
		ok = ok && add_line(list, request->headers->items[i]);
	if (request->authorization) {
		secret = xasprintf("Authorization: %s", request->authorization);
		ok = ok && add_line(list, secret);
	}
	if (!ok || curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *list))
		return error_set(err, ERROR_SYSTEM, "libcurl: out of memory");
	return 0;
}

char *http_pool_key(const struct http_request *request)
{
	const struct tls_settings *tls = request->tls;
	autofree char *host = http_host(request->url);

	return xasprintf("%.*s %s %s %d", (int)strcspn(request->url, ":"),
			 request->url, host,
			 tls && tls->client_cert ? tls->client_cert : "",
			 tls && tls->insecure);
}

int http_setup(CURL *easy, const struct http_options *options,
	       const struct http_request *request, struct curl_slist **list,
	       struct error *err)
{
	CURLcode code = set_options(easy, options, request);

	if (code)
		return error_set(err, ERROR_INVALID, "request: %s",
				 curl_easy_strerror(code));
	if (tls_apply(request->tls ? request->tls : &system_trust, easy, err) <
	    0)
		return -1;
	return set_headers(easy, request, list, err);
}
