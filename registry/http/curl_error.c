/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's result codes as kinds, texts and what may follow them. */
#include "registry/http/curl_error.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "base/term.h"

/* Only who speaks TLS sends an alert: OpenSSL's words for one. */
static bool is_alert(const char *detail)
{
	return detail && strstr(detail, " alert ");
}

enum http_failure curl_failure_of(CURLcode code, const char *detail)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_FAILURE_NONE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_FAILURE_RESOLVE;
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
	case CURLE_OPERATION_TIMEDOUT: /* only connecting is timed by curl */
		return HTTP_FAILURE_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
		return is_alert(detail) ? HTTP_FAILURE_TRUST
					: HTTP_FAILURE_HANDSHAKE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_SSL_CRL_BADFILE:
		return HTTP_FAILURE_TRUST;
	case CURLE_PROXY:
		return HTTP_FAILURE_PROXY;
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_HTTP3:
	case CURLE_QUIC_CONNECT_ERROR:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_AGAIN:
	case CURLE_SSL_SHUTDOWN_FAILED:
		return HTTP_FAILURE_BROKEN;
	case CURLE_WRITE_ERROR:
	case CURLE_READ_ERROR:
	case CURLE_ABORTED_BY_CALLBACK:
		return HTTP_FAILURE_LOCAL;
	default:
		return HTTP_FAILURE_REQUEST;
	}
}

/* An errno's text as the rest of a sentence. */
static void add_reason(struct strbuf *text, long errnum)
{
	char buffer[128];
	const char *reason = strerror_r((int)errnum, buffer, sizeof(buffer));

	strbuf_addstr(text, ": ");
	strbuf_addch(text, (char)tolower((unsigned char)*reason));
	strbuf_addstr(text, reason + 1);
}

/* libcurl's own words, as far as they are fit to be shown. */
static void add_detail(struct strbuf *text, const char *detail)
{
	if (!detail || !*detail)
		return;
	strbuf_addstr(text, ": ");
	term_sanitize(detail, strnlen(detail, 512), text);
}

/* A wrong clock shows first as a certificate that is too old or too new. */
static void add_clock(struct strbuf *text, const char *detail)
{
	char date[32];
	struct tm parts;
	time_t now = time(NULL);

	if (!detail ||
	    (!strstr(detail, "expired") && !strstr(detail, "not yet valid")))
		return;
	if (gmtime_r(&now, &parts) &&
	    strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &parts))
		strbuf_addf(text, " (this machine's clock says %s UTC)", date);
}

static void describe(CURLcode code, const struct curl_context *context,
		     struct strbuf *text)
{
	const char *host = context->host;

	switch (curl_failure_of(code, context->detail)) {
	case HTTP_FAILURE_RESOLVE:
		strbuf_addf(text, "cannot resolve %s",
			    code == CURLE_COULDNT_RESOLVE_PROXY ? "the proxy"
								: host);
		add_detail(text, context->detail);
		return;
	case HTTP_FAILURE_CONNECT:
		if (code == CURLE_OPERATION_TIMEDOUT) {
			strbuf_addf(text, "connect to %s: no answer in time",
				    host);
			return;
		}
		strbuf_addf(text, "connect to %s", host);
		if (context->errnum)
			add_reason(text, context->errnum);
		else
			add_detail(text, context->detail);
		return;
	case HTTP_FAILURE_TRUST:
		strbuf_addf(text, "TLS with %s", host);
		add_detail(text, context->detail);
		add_clock(text, context->detail);
		return;
	case HTTP_FAILURE_HANDSHAKE:
		strbuf_addf(text, "TLS with %s", host);
		add_detail(text, context->detail);
		return;
	case HTTP_FAILURE_PROXY:
		strbuf_addf(text, "proxy on the way to %s", host);
		add_detail(text, context->detail);
		return;
	case HTTP_FAILURE_NONE:
	case HTTP_FAILURE_REQUEST:
	case HTTP_FAILURE_BROKEN:
	case HTTP_FAILURE_LOCAL:
	case HTTP_FAILURE_CANCELLED:
		strbuf_addf(text, "transfer with %s: %s", host,
			    curl_easy_strerror(code));
		add_detail(text, context->detail);
		return;
	}
}

int curl_error_set(CURLcode code, const struct curl_context *context,
		   struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(2048);

	if (context->proxy_status >= 400) {
		return error_set(err, ERROR_NETWORK,
				 "the proxy on the way to %s answered HTTP "
				 "%ld%s",
				 context->host, context->proxy_status,
				 context->proxy_status == 407
					 ? ": it wants credentials of its own"
					 : "");
	}
	describe(code, context, &text);
	return error_set(err, ERROR_NETWORK, "%s", text.text);
}
