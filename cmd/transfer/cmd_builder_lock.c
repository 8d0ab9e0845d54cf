/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `imgctl lock` asks of this program; verbs that are in no help text. Each
 * takes one name and answers with a line of JSON.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "base/jsonx.h"
#include "cmd/transfer/client_setup.h"
#include "cmd/transfer/transfer_commands.h"
#include "layers/layers_limits.h"
#include "registry/fetch.h"
#include "registry/http/redirect.h"
#include "registry/registry_limits.h"
#include "registry/spec/index.h"

enum { CONNECT_MS = 30000, STALL_MS = 60000 };

/* The surroundings of one question. */
struct asking {
	struct client_setup setup;
	struct reference reference;
	struct client *client;
	bool has_setup;
};

static void asking_release(struct asking *asking)
{
	client_close(asking->client);
	reference_release(&asking->reference);
	if (asking->has_setup)
		client_setup_release(&asking->setup);
}
DEFINE_CLEANUP(struct asking, asking_release)

static int set_up(struct command_call *call, struct asking *out,
		  struct error *err)
{
	if (!call->argv[0])
		return error_set(err, ERROR_INVALID, "there is no name");
	if (call->context->is_offline)
		return error_set(err, ERROR_NETWORK, "not asked: --offline");
	if (client_setup_init(call->context, &out->setup, err) < 0)
		return -1;
	out->has_setup = true;
	return 0;
}

static int open_image(struct command_call *call, struct asking *out,
		      struct error *err)
{
	if (set_up(call, out, err) < 0 ||
	    reference_parse(call->argv[0], &out->reference, err) < 0)
		return -1;
	reference_default_tag(&out->reference);
	return client_open(&out->setup.options, &out->reference, CLIENT_PULL,
			   &out->client, err);
}

static const char *name_of(const struct asking *asking)
{
	return asking->reference.digest ? asking->reference.digest
					: asking->reference.tag;
}

static int answer(json_t *said, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(said, &text);
	json_decref(said);
	return command_print_line(text.text, err);
}

int cmd_builder_head(struct command_call *call, struct error *err)
{
	autoclean(asking_release) struct asking asking = {
		.reference = REFERENCE_INIT,
	};
	struct descriptor found = DESCRIPTOR_INIT;

	if (open_image(call, &asking, err) < 0 ||
	    fetch_manifest_head(asking.client, name_of(&asking), &found, err) <
		    0)
		return -1;
	return answer(json_pack("{s:s}", "digest", found.digest.text), err);
}

static json_t *platforms_of(const struct image_index *index)
{
	json_t *platforms = json_object();

	for (size_t i = 0; i < index->count; i++) {
		const struct descriptor *entry = &index->manifests[i];
		autofree char *name = NULL;

		if (!entry->platform.os || image_index_is_attestation(entry))
			continue;
		name = platform_format(&entry->platform);
		(void)json_object_set_new(platforms, name,
					  json_string(entry->digest.text));
	}
	return platforms;
}

int cmd_builder_resolve(struct command_call *call, struct error *err)
{
	autoclean(asking_release) struct asking asking = {
		.reference = REFERENCE_INIT,
	};
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autoclean(strbuf_release) struct strbuf bytes =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct descriptor found = DESCRIPTOR_INIT;
	json_t *platforms;

	if (open_image(call, &asking, err) < 0 ||
	    fetch_manifest(asking.client, name_of(&asking), &bytes, &found,
			   err) < 0)
		return -1;
	/* a manifest is the same for every platform */
	platforms = image_index_parse(bytes.text, bytes.length, NULL, &index,
				      &ignored) < 0
			    ? json_object()
			    : platforms_of(&index);
	return answer(json_pack("{s:s,s:o}", "digest", found.digest.text,
				"platforms", platforms),
		      err);
}

/* A file's bytes, of which only the digest is wanted. */
struct hashing {
	struct hasher *hasher;
	uint64_t size;
};

static void hashing_release(struct hashing *hashing)
{
	hasher_free(hashing->hasher);
}
DEFINE_CLEANUP(struct hashing, hashing_release)

static int take_bytes(void *context, const void *data, size_t length,
		      struct error *err)
{
	struct hashing *hashing = context;

	hashing->size += length;
	if (hashing->size > LAYERS_MAX_BYTES)
		return error_set(err, ERROR_TOO_LARGE, "it is too large");
	hasher_update(hashing->hasher, data, length);
	return 0;
}

static int request_file(struct command_call *call, enum http_method method,
			struct hashing *hashing, struct http_response *response,
			struct error *err)
{
	const struct http_options options = {
		.user_agent = "imgctl",
		.connect_timeout_ms = CONNECT_MS,
		.stall_timeout_ms = STALL_MS,
	};
	autoclean(asking_release) struct asking asking = {
		.reference = REFERENCE_INIT,
	};
	autoclean(tls_settings_release) struct tls_settings tls =
		TLS_SETTINGS_INIT;
	autoclean(http_pool_close) struct http_pool *pool = NULL;
	const struct http_receiver receiver = { NULL, take_bytes, hashing };
	const struct http_request request = {
		.method = method,
		.url = call->argv[0],
		.tls = &tls,
		.receiver = &receiver,
	};

	if (set_up(call, &asking, err) < 0)
		return -1;
	tls.system_file = xstrdup(asking.setup.options.ca_file);
	tls.system_folder = xstrdup(asking.setup.options.ca_folder);
	if (http_pool_open(&options, &pool, err) < 0 ||
	    redirect_follow(pool, &request, response, err) < 0)
		return -1;
	if (response->status < 200 || response->status > 299)
		return error_set(err, ERROR_NETWORK, "the server answers %ld",
				 response->status);
	return 0;
}

int cmd_builder_digest(struct command_call *call, struct error *err)
{
	autoclean(hashing_release) struct hashing hashing = {
		hasher_new(DIGEST_SHA256), 0
	};
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	struct digest digest;

	if (request_file(call, HTTP_GET, &hashing, &response, err) < 0)
		return -1;
	hasher_finish(hashing.hasher, &digest);
	return answer(json_pack("{s:s,s:s*}", "digest", digest.text, "etag",
				http_header(&response, "ETag")),
		      err);
}

int cmd_builder_etag(struct command_call *call, struct error *err)
{
	autoclean(hashing_release) struct hashing hashing = {
		hasher_new(DIGEST_SHA256), 0
	};
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;

	if (request_file(call, HTTP_HEAD, &hashing, &response, err) < 0)
		return -1;
	return answer(
		json_pack("{s:s*}", "etag", http_header(&response, "ETag")),
		err);
}
