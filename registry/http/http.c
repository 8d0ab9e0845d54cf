/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transfer with libcurl's easy interface.
 *
 * HTTP/1.1 on purpose: every stream has a connection of its own here, so
 * HTTP/2 would add framing and flow control to big bodies and nothing else.
 * Silence is measured here and not by CURLOPT_LOW_SPEED_*, because time spent
 * in a slow sink would count against the server there.
 */
#include "registry/http/http.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "registry/http/http_setup.h"
#include "registry/registry_limits.h"

enum {
	HEADERS_MAX = 256 << 10, /* all headers of one answer */
	UPLOAD_PATIENCE =
		5, /* a server may hash a whole blob before it answers */
};

struct transfer {
	const struct http_options *options;
	const struct http_request *request;
	struct http_response *response;
	CURL *easy;
	char *host;	     /* for messages */
	struct error failed; /* what a callback of the caller said */
	bool begun;	     /* the receiver has seen the headers */
	bool cut;	     /* an error body was longer than we keep */
	bool is_cancelled;
	bool is_stalled;
	bool is_sent;	  /* the request's body is out */
	int64_t active;	  /* monotonic time of the last sign of life */
	curl_off_t moved; /* bytes in both directions at that time */
	size_t header_bytes;
	size_t body_at; /* of a body in memory */
	char detail[CURL_ERROR_SIZE];
};

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct strvec *headers = &transfer->response->headers;
	size_t length = size * count;
	autofree char *line = NULL;

	transfer->active = clock_monotonic();
	transfer->header_bytes += length;
	if (transfer->header_bytes > HEADERS_MAX) {
		error_set(&transfer->failed, ERROR_TOO_LARGE,
			  "%s sent more than %d bytes of headers",
			  transfer->host, HEADERS_MAX);
		return 0;
	}
	line = xstrndup(data, length);
	line[strcspn(line, "\r\n")] = '\0';
	if (!strncmp(line, "HTTP/", 5)) /* the head after a 1xx starts anew */
		strvec_release(headers);
	else if (strchr(line, ':'))
		strvec_take(headers, TAKE_PTR(line));
	return length;
}

/* Learn the status and let the receiver look at the head, once. */
static int begin_body(struct transfer *transfer)
{
	const struct http_receiver *receiver = transfer->request->receiver;
	struct http_response *response = transfer->response;

	if (transfer->begun)
		return 0;
	transfer->begun = true;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
				&response->status);
	if (response->status / 100 != 2)
		response->body.limit = REGISTRY_ERROR_BODY_MAX;
	if (response->status / 100 != 2 || !receiver || !receiver->begin)
		return 0;
	return receiver->begin(receiver->context, response, &transfer->failed);
}

/* A body without receiver: all of a document, the start of an error text. */
static size_t keep_body(struct transfer *transfer, const char *data,
			size_t length)
{
	struct http_response *response = transfer->response;

	strbuf_add(&response->body, data, length);
	if (!response->body.overflow)
		return length;
	if (response->status / 100 == 2) {
		error_set(&transfer->failed, ERROR_TOO_LARGE,
			  "%s sent more than the limit of %zu bytes",
			  transfer->host, response->body.limit);
		return 0;
	}
	transfer->cut = true; /* what matters of an error is at its start */
	return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	const struct http_receiver *receiver = transfer->request->receiver;
	struct http_response *response = transfer->response;
	size_t length = size * count;

	if (begin_body(transfer) < 0)
		return 0;
	if (response->status / 100 != 2 || !receiver)
		length = keep_body(transfer, data, length);
	else if (receiver->write(receiver->context, data, length,
				 &transfer->failed) < 0)
		return 0;
	else
		response->received += length;
	transfer->active = clock_monotonic();
	return length;
}

static size_t on_read(char *buffer, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	const struct http_body *body = transfer->request->body;
	size_t capacity = size * count;
	size_t got = 0;

	if (body && body->read) {
		if (body->read(body->context, buffer, capacity, &got,
			       &transfer->failed) < 0)
			return CURL_READFUNC_ABORT;
	} else if (body) {
		got = (size_t)body->length - transfer->body_at;
		if (got > capacity)
			got = capacity;
		memcpy(buffer, (const char *)body->data + transfer->body_at,
		       got);
		transfer->body_at += got;
	}
	transfer->is_sent = got == 0;
	transfer->active = clock_monotonic();
	return got;
}

/* libcurl repeats a request whose idle connection turned out to be dead. */
static int on_seek(void *context, curl_off_t offset, int origin)
{
	struct transfer *transfer = context;
	const struct http_body *body = transfer->request->body;

	if (origin != SEEK_SET || offset != 0)
		return CURL_SEEKFUNC_CANTSEEK;
	transfer->is_sent = false;
	transfer->body_at = 0;
	if (!body || !body->read)
		return CURL_SEEKFUNC_OK;
	if (!body->rewind)
		return CURL_SEEKFUNC_CANTSEEK;
	if (body->rewind(body->context, &transfer->failed) < 0)
		return CURL_SEEKFUNC_FAIL;
	return CURL_SEEKFUNC_OK;
}

/* Whether the request is on its way, so that silence is the server's. */
static bool is_connected(struct transfer *transfer)
{
	curl_off_t spent = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T,
				&spent);
	return spent > 0;
}

static int64_t patience(const struct transfer *transfer)
{
	const struct http_body *body = transfer->request->body;
	int64_t limit = transfer->options->stall_timeout_ms * INT64_C(1000000);
	bool is_waiting = body && (transfer->is_sent ||
				   (body->length >= 0 &&
				    transfer->moved >= body->length));

	return is_waiting ? limit * UPLOAD_PATIENCE : limit;
}

static int on_progress(void *context, curl_off_t total_down, curl_off_t down,
		       curl_off_t total_up, curl_off_t up)
{
	struct transfer *transfer = context;
	const struct http_options *options = transfer->options;
	int64_t now = clock_monotonic();

	(void)total_down;
	(void)total_up;
	if (options->cancelled &&
	    options->cancelled(options->cancelled_context)) {
		transfer->is_cancelled = true;
		return 1;
	}
	if (down + up != transfer->moved || !is_connected(transfer)) {
		transfer->moved = down + up;
		transfer->active = now;
	}
	if (!options->stall_timeout_ms ||
	    now - transfer->active < patience(transfer))
		return 0;
	transfer->is_stalled = true;
	return 1;
}

static CURLcode set_callbacks(struct transfer *transfer)
{
	CURLcode code = CURLE_OK;

	HTTP_SET(transfer->easy, code, CURLOPT_HEADERFUNCTION, on_header);
	HTTP_SET(transfer->easy, code, CURLOPT_HEADERDATA, transfer);
	HTTP_SET(transfer->easy, code, CURLOPT_WRITEFUNCTION, on_body);
	HTTP_SET(transfer->easy, code, CURLOPT_WRITEDATA, transfer);
	HTTP_SET(transfer->easy, code, CURLOPT_READFUNCTION, on_read);
	HTTP_SET(transfer->easy, code, CURLOPT_READDATA, transfer);
	HTTP_SET(transfer->easy, code, CURLOPT_SEEKFUNCTION, on_seek);
	HTTP_SET(transfer->easy, code, CURLOPT_SEEKDATA, transfer);
	HTTP_SET(transfer->easy, code, CURLOPT_XFERINFOFUNCTION, on_progress);
	HTTP_SET(transfer->easy, code, CURLOPT_XFERINFODATA, transfer);
	HTTP_SET(transfer->easy, code, CURLOPT_NOPROGRESS, 0L);
	HTTP_SET(transfer->easy, code, CURLOPT_ERRORBUFFER, transfer->detail);
	return code;
}

/* Turn a transfer that libcurl did not finish into an error. */
static int fail(struct transfer *transfer, CURLcode code, struct error *err)
{
	struct curl_context context = { .host = transfer->host,
					.detail = transfer->detail };
	struct http_response *response = transfer->response;

	if (transfer->failed.kind) {
		response->failure = HTTP_FAILURE_LOCAL;
		error_move(err, &transfer->failed);
		return -1;
	}
	if (transfer->is_cancelled) {
		response->failure = HTTP_FAILURE_CANCELLED;
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	}
	if (transfer->is_stalled) {
		response->failure = HTTP_FAILURE_BROKEN;
		return error_set(err, ERROR_NETWORK,
				 "%s sent nothing for %u seconds",
				 transfer->host,
				 (unsigned)(patience(transfer) / CLOCK_SECOND));
	}
	response->failure = curl_failure_of(code, transfer->detail);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO,
				&context.errnum);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE,
				&context.proxy_status);
	if (context.proxy_status >= 400)
		response->failure = HTTP_FAILURE_PROXY;
	return curl_error_set(code, &context, err);
}

static int run(struct transfer *transfer, struct error *err)
{
	CURLcode code;

	transfer->active = clock_monotonic();
	code = curl_easy_perform(transfer->easy);
	if (transfer->cut && code == CURLE_WRITE_ERROR)
		code = CURLE_OK;
	if (!code && begin_body(transfer) < 0) /* a body without bytes */
		code = CURLE_WRITE_ERROR;
	if (code)
		return fail(transfer, code, err);
	return 0;
}

/* What a debug log may show: no query (signatures), no user. */
static void log_transfer(const struct transfer *transfer, int64_t started)
{
	const char *url = transfer->request->url;
	const char *path = strstr(url, "://");

	if (log_get_level() < LOG_DEBUG)
		return;
	path = path ? strchr(path + 3, '/') : NULL;
	log_debug("http",
		  "method=%s host=%s path=%.*s status=%ld received=%llu "
		  "credentials=%s ms=%lld",
		  http_method_name(transfer->request->method), transfer->host,
		  path ? (int)strcspn(path, "?#") : 0, path ? path : "",
		  transfer->response->status,
		  (unsigned long long)(transfer->response->received +
				       transfer->response->body.length),
		  transfer->request->authorization ? "yes" : "no",
		  (long long)((clock_monotonic() - started) / 1000000));
}

static int perform_with(struct transfer *transfer, struct error *err)
{
	struct curl_slist *list = NULL;
	int result = -1;

	if (set_callbacks(transfer))
		error_set(err, ERROR_SYSTEM, "libcurl: unknown option");
	else if (!http_setup(transfer->easy, transfer->options,
			     transfer->request, &list, err))
		result = run(transfer, err);
	(void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(list);
	return result;
}

int http_perform(struct http_pool *pool, const struct http_request *request,
		 struct http_response *response, struct error *err)
{
	struct transfer transfer = { .options = http_pool_options(pool),
				     .request = request,
				     .response = response,
				     .failed = ERROR_INIT };
	int64_t started = clock_monotonic();
	autofree char *host = http_host(request->url);
	autofree char *key = http_pool_key(request);
	int result;

	http_response_release(response);
	response->failure = HTTP_FAILURE_REQUEST;
	response->url = xstrdup(request->url);
	response->body.limit = request->limit ? request->limit
					      : REGISTRY_ERROR_BODY_MAX;
	transfer.host = host;
	if (http_pool_take(pool, key, &transfer.easy, err) < 0)
		return -1;
	result = perform_with(&transfer, err);
	log_transfer(&transfer, started);
	http_pool_put(pool, key, transfer.easy);
	error_release(&transfer.failed);
	if (result == 0)
		response->failure = HTTP_FAILURE_NONE;
	return result;
}
