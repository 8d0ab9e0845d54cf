/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs and manifests on their way up. */
#include "registry/upload.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "base/log.h"
#include "registry/exchange.h"
#include "registry/registry_error.h"
#include "registry/upload_body.h"
#include "registry/upload_session.h"

/* How the bytes go: all in the closing PUT, or in a PATCH before it. */
enum manner {
	MANNER_NONE = 0,
	MANNER_PUT,
	MANNER_PATCH,
};

enum { SESSIONS_LOST_MAX = 2 }; /* "upload unknown" that often is enough */

/* One blob and one remote. */
struct delivery {
	struct upload *upload;
	struct remote *remote;
	struct upload_body *body;
	const char *what; /* "blob sha256:…" */
	enum manner manner;
	struct retry retry;
	unsigned lost; /* sessions that the registry forgot */
};

static const char *digest_of(const struct delivery *delivery)
{
	return delivery->upload->descriptor->digest.text;
}

static int request(const struct delivery *delivery, enum http_method method,
		   const char *path, struct http_response *response,
		   struct error *err)
{
	autofree char *url = remote_url(delivery->remote, path);
	struct exchange exchange = { .remote = delivery->remote,
				     .method = method,
				     .url = url,
				     .layer = digest_of(delivery) };

	if (exchange_run(&exchange, response, err) < 0)
		return error_wrap(err, "%s", delivery->what);
	return 0;
}

static int refuse(const struct delivery *delivery,
		  const struct http_response *response, struct error *err)
{
	struct exchange exchange = { .remote = delivery->remote };

	return exchange_error(&exchange, response, delivery->what, err);
}

/* Ask whether the blob is there; what is no clear yes counts as a no. */
static int find(struct delivery *delivery, bool *found, struct error *err)
{
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autofree char *path = xasprintf("blobs/%s", digest_of(delivery));
	uint64_t size;

	if (request(delivery, HTTP_HEAD, path, &response, err) < 0)
		return -1;
	if (response.status == 401)
		return refuse(delivery, &response, err);
	*found = response.status == 200 &&
		 (!http_header_size(&response, "Content-Length", &size) ||
		  size == delivery->upload->descriptor->size);
	return 0;
}

static int ask_mount(const struct delivery *delivery,
		     struct http_response *response, struct error *err)
{
	const char *from = delivery->upload->mount_from;
	autoclean(strvec_release) struct strvec scopes = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf path = STRBUF_INIT;
	autofree char *url = NULL;
	struct exchange exchange = { .remote = delivery->remote,
				     .method = HTTP_POST,
				     .scopes = &scopes,
				     .layer = digest_of(delivery) };

	strvec_extend(&scopes, delivery->remote->scopes.items,
		      delivery->remote->scopes.count);
	strvec_addf(&scopes, "repository:%s:pull", from);
	strbuf_addf(&path,
		    "blobs/uploads/?mount=%s&from=", digest_of(delivery));
	url_escape(from, &path);
	url = remote_url(delivery->remote, path.text);
	exchange.url = url;
	return exchange_run(&exchange, response, err);
}

/*
 * Begin an upload: a mount where one may succeed, else a plain POST. A mount
 * is a wish, so whatever a registry has against it leads to the plain POST.
 */
static int begin(struct delivery *delivery, bool *is_done,
		 struct http_response *response, struct error *err)
{
	struct upload *upload = delivery->upload;

	*is_done = false;
	if (upload->mount_from && !upload->is_forced) {
		if (ask_mount(delivery, response, err) < 0) {
			if (err->kind == ERROR_INTERRUPTED)
				return -1;
			error_release(err);
		} else if (response->status == 201) {
			upload->result = UPLOAD_MOUNTED;
			*is_done = true;
			return 0;
		} else if (response->status == 202) {
			return 0;
		}
		upload->mount_from = NULL; /* once is enough */
	}
	if (request(delivery, HTTP_POST, "blobs/uploads/", response, err) < 0)
		return -1;
	if (response->status == 201 && !upload->is_forced) {
		upload->result = UPLOAD_EXISTED;
		*is_done = true;
	} else if (response->status != 202) {
		return refuse(delivery, response, err);
	}
	return 0;
}

static int next_url(const struct delivery *delivery,
		    const struct http_response *response, struct url *out,
		    struct error *err)
{
	const char *host = delivery->remote->endpoint->host;
	autofree char *text = NULL;
	bool is_repaired;

	if (upload_session_next(response, out, &is_repaired, err) < 0)
		return error_wrap(err, "%s: %s", delivery->what, host);
	if (!is_repaired)
		return 0;
	text = xasprintf("warning: %s sends upload locations with another "
			 "scheme or port than its own; using its own",
			 host);
	notices_once(delivery->remote->notices, text);
	return 0;
}

/* One request that carries BODY (or nothing) to URL. */
static int send_to(const struct delivery *delivery, enum http_method method,
		   const struct url *url, const struct http_body *body,
		   struct http_response *response, struct error *err)
{
	autoclean(strvec_release) struct strvec headers = STRVEC_INIT;
	autofree char *text = url_format(url);
	struct exchange exchange = { .remote = delivery->remote,
				     .method = method,
				     .url = text,
				     .headers = &headers,
				     .body = body,
				     .layer = digest_of(delivery) };

	strvec_add(&headers, "Content-Type: application/octet-stream");
	return exchange_once(&exchange, response, err);
}

/* POST has been answered; bring the bytes up and close the upload. */
static int carry(struct delivery *delivery, struct http_response *response,
		 struct error *err)
{
	autoclean(url_release) struct url url = URL_INIT;
	struct http_body body;
	bool is_patch = delivery->manner == MANNER_PATCH;

	if (next_url(delivery, response, &url, err) < 0 ||
	    upload_body_open(delivery->body, &body, err) < 0) {
		response->failure = HTTP_FAILURE_LOCAL;
		return -1;
	}
	if (is_patch) {
		if (send_to(delivery, HTTP_PATCH, &url, &body, response, err) <
		    0)
			return -1;
		if (response->status / 100 != 2)
			return 0;
		if (http_header(response, "Location") &&
		    next_url(delivery, response, &url, err) < 0) {
			response->failure = HTTP_FAILURE_LOCAL;
			return -1;
		}
	}
	url_add_query(&url, "digest", digest_of(delivery));
	return send_to(delivery, HTTP_PUT, &url, is_patch ? NULL : &body,
		       response, err);
}

/* A registry that names another digest than was sent has mixed things up. */
static int check_receipt(const struct delivery *delivery,
			 const struct http_response *response,
			 struct error *err)
{
	const struct digest *wanted = &delivery->upload->descriptor->digest;
	const char *text = http_header(response, "Docker-Content-Digest");
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct digest named;

	if (!text || digest_parse(text, &named, &ignored) < 0 ||
	    named.algorithm != wanted->algorithm ||
	    digest_is_equal(&named, wanted))
		return 0;
	return error_set(err, ERROR_CORRUPT, "%s: %s stored it as %s",
			 delivery->what, delivery->remote->endpoint->host,
			 named.text);
}

/* Whether another session may fare better, and in which manner. */
static bool change(struct delivery *delivery, int result,
		   const struct http_response *response)
{
	struct exchange exchange = { .remote = delivery->remote };

	if (delivery->body->is_bad || response->failure == HTTP_FAILURE_LOCAL)
		return false;
	if (exchange_is_transient(&exchange, result, response))
		return retry_again(&delivery->retry, 0);
	if (result < 0)
		return false;
	if (response->status == 404 && delivery->lost < SESSIONS_LOST_MAX) {
		delivery->lost++;
		/* some say "unknown" for "do not know how" */
		if (delivery->lost == SESSIONS_LOST_MAX)
			delivery->manner = MANNER_PATCH;
		return true;
	}
	if (delivery->manner == MANNER_PUT &&
	    (response->status == 405 || response->status == 416 ||
	     response->status == 501)) {
		delivery->manner = MANNER_PATCH;
		return true;
	}
	return false;
}

/* One session from POST to the closing PUT; *IS_OVER when all is said. */
static int attempt(struct delivery *delivery, bool *is_over, struct error *err)
{
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	struct exchange exchange = { .remote = delivery->remote,
				     .layer = digest_of(delivery) };
	int result;

	*is_over = true;
	if (begin(delivery, is_over, &response, err) < 0) {
		*is_over = true;
		return -1;
	}
	if (*is_over)
		return 0;
	*is_over = true;
	result = carry(delivery, &response, err);
	if (result == 0 && response.status / 100 == 2) {
		delivery->upload->result = UPLOAD_PUSHED;
		return check_receipt(delivery, &response, err);
	}
	log_debug("registry", "host=%s blob=%s manner=%d status=%ld",
		  delivery->remote->endpoint->host, digest_of(delivery),
		  delivery->manner, response.status);
	if (change(delivery, result, &response)) {
		error_release(err);
		*is_over = false;
		if (!exchange_is_transient(&exchange, result, &response))
			return 0;
		return exchange_pause(&exchange, &delivery->retry, &response,
				      err);
	}
	if (result == 0)
		return refuse(delivery, &response, err);
	return delivery->body->is_bad ? -1
				      : error_wrap(err, "%s", delivery->what);
}

static int deliver(struct delivery *delivery, struct error *err)
{
	bool is_over = false;

	if (!delivery->upload->is_forced) {
		if (find(delivery, &is_over, err) < 0)
			return -1;
		if (is_over) {
			delivery->upload->result = UPLOAD_EXISTED;
			return 0;
		}
	}
	while (!is_over) {
		if (attempt(delivery, &is_over, err) < 0)
			return -1;
	}
	return 0;
}

static int deliver_to(void *context, struct remote *remote, bool *stop,
		      struct error *err)
{
	struct upload *upload = context;
	autoclean(upload_body_release) struct upload_body body;
	autofree char *what = xasprintf("blob %s",
					upload->descriptor->digest.text);
	struct delivery delivery = {
		.upload = upload,
		.remote = remote,
		.body = &body,
		.what = what,
		.manner = MANNER_PUT,
		.retry = { .limit = remote->options->retries },
	};

	*stop = true; /* there is only one place to push to */
	upload_body_init(&body, upload->descriptor, upload->source,
			 upload->progress);
	return deliver(&delivery, err);
}

int upload_blob(struct client *client, struct upload *upload, struct error *err)
{
	autofree char *what = xasprintf("blob %s",
					upload->descriptor->digest.text);
	struct client_task task = { deliver_to, upload, what };

	upload->result = UPLOAD_NONE;
	if (upload->descriptor->size > INT64_MAX)
		return error_set(err, ERROR_TOO_LARGE, "%s is too large", what);
	return client_run(client, &task, err);
}

struct posting {
	const struct upload_document *document;
	const char *what;
	struct digest *out;
};

static int check_posted(const struct posting *posting,
			const struct http_response *response, struct error *err)
{
	const struct upload_document *document = posting->document;
	const char *text = http_header(response, "Docker-Content-Digest");
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct digest asked = { DIGEST_NONE, "" };
	struct digest named;
	struct digest own;

	if (digest_parse(document->tag_or_digest, &asked, &ignored) < 0)
		asked.algorithm = DIGEST_SHA256;
	hasher_digest(asked.algorithm, document->bytes, document->length,
		      posting->out);
	if (!text || digest_parse(text, &named, &ignored) < 0)
		return 0;
	hasher_digest(named.algorithm, document->bytes, document->length, &own);
	if (digest_is_equal(&own, &named))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "%s: the registry stored it as %s, but it is %s",
			 posting->what, named.text, own.text);
}

static int post(void *context, struct remote *remote, bool *stop,
		struct error *err)
{
	const struct posting *posting = context;
	const struct upload_document *document = posting->document;
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autoclean(strvec_release) struct strvec headers = STRVEC_INIT;
	autofree char *path = xasprintf("manifests/%s",
					document->tag_or_digest);
	autofree char *url = remote_url(remote, path);
	struct http_body body = { .data = document->bytes,
				  .length = (int64_t)document->length };
	struct exchange exchange = { .remote = remote,
				     .method = HTTP_PUT,
				     .url = url,
				     .headers = &headers,
				     .body = &body };

	*stop = true;
	strvec_addf(&headers, "Content-Type: %s", document->media_type);
	if (exchange_run(&exchange, &response, err) < 0)
		return error_wrap(err, "%s", posting->what);
	if (response.status / 100 != 2)
		return exchange_error(&exchange, &response, posting->what, err);
	return check_posted(posting, &response, err);
}

int upload_manifest(struct client *client,
		    const struct upload_document *document, struct digest *out,
		    struct error *err)
{
	autofree char *name = reference_familiar_name(client_reference(client));
	bool is_digest = strchr(document->tag_or_digest, ':') != NULL;
	autofree char *what = xasprintf("manifest for %s%s%s", name,
					is_digest ? "@" : ":",
					document->tag_or_digest);
	struct digest ignored;
	struct posting posting = { document, what, out ? out : &ignored };
	struct client_task task = { post, &posting, what };

	return client_run(client, &task, err);
}
