/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and indexes: asked for in every flavour, verified by digest. */
#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "registry/exchange.h"
#include "registry/fetch.h"
#include "registry/registry_limits.h"
#include "registry/spec/document.h"

struct wanted {
	const char *tag_or_digest;
	char *what; /* "manifest for debian:12" */
	char *path;
	struct digest digest; /* set when asked for by digest */
	struct strvec headers;
	struct strbuf *bytes;
	struct descriptor *out;
};

static void wanted_release(struct wanted *wanted)
{
	free(wanted->what);
	free(wanted->path);
	strvec_release(&wanted->headers);
}
DEFINE_CLEANUP(struct wanted, wanted_release)

/*
 * All types in one header: a registry that sees docker's alone hands out
 * schema 1 or the document of one platform in place of an index.
 */
static void wanted_init(struct wanted *wanted, const struct client *client,
			const char *tag_or_digest)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *name = reference_familiar_name(client_reference(client));
	bool is_digest = !digest_parse(tag_or_digest, &wanted->digest,
				       &ignored);

	wanted->tag_or_digest = tag_or_digest;
	wanted->what = xasprintf("manifest for %s%s%s", name,
				 is_digest ? "@" : ":", tag_or_digest);
	wanted->path = xasprintf("manifests/%s", tag_or_digest);
	strvec_addf(&wanted->headers, "Accept: %s, %s, %s, %s",
		    mediatype_name(MEDIATYPE_OCI_INDEX),
		    mediatype_name(MEDIATYPE_OCI_MANIFEST),
		    mediatype_name(MEDIATYPE_DOCKER_LIST),
		    mediatype_name(MEDIATYPE_DOCKER_MANIFEST));
	strvec_add(&wanted->headers, "Accept-Encoding: identity");
}

/* The digest that a response claims for itself; false when there is none. */
static bool claimed_digest(const struct http_response *response,
			   struct digest *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *text = http_header(response, "Docker-Content-Digest");

	return text && digest_parse(text, out, &ignored) == 0;
}

static void set_type(struct descriptor *out, enum mediatype type,
		     const char *media_type)
{
	out->type = type;
	free(out->media_type);
	out->media_type = xstrdup(media_type);
}

static int head(void *context, struct remote *remote, bool *stop,
		struct error *err)
{
	struct wanted *wanted = context;
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autofree char *url = remote_url(remote, wanted->path);
	struct exchange exchange = { .remote = remote,
				     .method = HTTP_HEAD,
				     .url = url,
				     .headers = &wanted->headers };
	const char *type;
	uint64_t size;

	(void)stop;
	if (exchange_run(&exchange, &response, err) < 0)
		return error_wrap(err, "%s", wanted->what);
	if (retry_is_status(response.status)) /* GET would fare no better */
		return exchange_error(&exchange, &response, wanted->what, err);
	if (response.status != 200 ||
	    !claimed_digest(&response, &wanted->out->digest))
		return error_set(err, ERROR_NOT_FOUND, "no answer to HEAD");
	type = http_header(&response, "Content-Type");
	set_type(wanted->out, mediatype_from_name(type),
		 mediatype_name(mediatype_from_name(type)));
	if (http_header_size(&response, "Content-Length", &size))
		wanted->out->size = size;
	return 0;
}

int fetch_manifest_head(struct client *client, const char *tag_or_digest,
			struct descriptor *out, struct error *err)
{
	autoclean(wanted_release) struct wanted wanted = { .out = out };
	struct client_task task = { .run = head, .context = &wanted };

	descriptor_release(out);
	wanted_init(&wanted, client, tag_or_digest);
	task.what = wanted.what;
	if (client_run(client, &task, err) == 0)
		return 0;
	/* a hint that is not given: GET has the better error, if there is */
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	descriptor_release(out);
	error_release(err);
	return 0;
}

/* Compare the digest of the bytes with the asked and the claimed one. */
static int verify(const struct wanted *wanted, const struct remote *remote,
		  const struct http_response *response, struct error *err)
{
	const char *bytes = response->body.text;
	size_t length = response->body.length;
	struct digest claimed;
	struct digest actual;

	hasher_digest(wanted->digest.algorithm ? wanted->digest.algorithm
					       : DIGEST_SHA256,
		      bytes, length, &actual);
	if (wanted->digest.algorithm &&
	    !digest_is_equal(&actual, &wanted->digest))
		return error_set(err, ERROR_CORRUPT,
				 "%s: %s sent other content, whose digest is "
				 "%s",
				 wanted->what, remote->endpoint->host,
				 actual.text);
	wanted->out->digest = actual;
	wanted->out->size = length;
	if (!claimed_digest(response, &claimed))
		return 0;
	hasher_digest(claimed.algorithm, bytes, length, &actual);
	if (digest_is_equal(&actual, &claimed))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "%s: %s announced digest %s but sent content whose "
			 "digest is %s",
			 wanted->what, remote->endpoint->host, claimed.text,
			 actual.text);
}

static int examine(struct wanted *wanted, const struct remote *remote,
		   struct http_response *response, struct error *err)
{
	const char *type = http_header(response, "Content-Type");
	enum mediatype kind;

	if (verify(wanted, remote, response, err) < 0)
		return -1;
	if (document_kind(response->body.text, response->body.length, type,
			  &kind, err) < 0)
		return error_wrap(err, "%s from %s", wanted->what,
				  remote->endpoint->host);
	set_type(wanted->out, kind, mediatype_name(kind));
	strbuf_truncate(wanted->bytes, 0);
	strbuf_add(wanted->bytes, response->body.text, response->body.length);
	return strbuf_check(wanted->bytes, wanted->what, err);
}

static int get(void *context, struct remote *remote, bool *stop,
	       struct error *err)
{
	struct wanted *wanted = context;
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autofree char *url = remote_url(remote, wanted->path);
	struct exchange exchange = { .remote = remote,
				     .method = HTTP_GET,
				     .url = url,
				     .headers = &wanted->headers,
				     .limit = REGISTRY_DOCUMENT_MAX };

	(void)stop;
	if (exchange_run(&exchange, &response, err) < 0)
		return error_wrap(err, "%s", wanted->what);
	if (response.status != 200)
		return exchange_error(&exchange, &response, wanted->what, err);
	return examine(wanted, remote, &response, err);
}

int fetch_manifest(struct client *client, const char *tag_or_digest,
		   struct strbuf *bytes, struct descriptor *out,
		   struct error *err)
{
	autoclean(wanted_release) struct wanted wanted = { .bytes = bytes,
							   .out = out };
	struct client_task task = { .run = get, .context = &wanted };

	descriptor_release(out);
	wanted_init(&wanted, client, tag_or_digest);
	task.what = wanted.what;
	return client_run(client, &task, err);
}
