/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests, indexes and configs, from the store or the registry. */
#include "layers/image/image_documents.h"

#include <string.h>

#include "base/alloc.h"
#include "layers/store/blob.h"
#include "registry/fetch.h"
#include "registry/registry_limits.h"
#include "registry/spec/document.h"
#include "registry/spec/index.h"

/* An index may name another; deeper than this is an attack. */
enum { DOCUMENTS_DEPTH_MAX = 3 };

/* Reads a document that is here; a damaged one counts as absent. */
static bool read_present(const struct documents_request *request,
			 const struct digest *digest, struct strbuf *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (!blob_exists(request->store, digest, NULL))
		return false;
	if (blob_read(request->store, digest, REGISTRY_DOCUMENT_MAX, out,
		      &ignored) == 0)
		return true;
	strbuf_release(out);
	return false;
}

/* The bytes of a manifest or index by digest. */
static int read_by_digest(const struct documents_request *request,
			  const struct digest *digest, struct strbuf *out,
			  struct error *err)
{
	autoclean(descriptor_release) struct descriptor answer =
		DESCRIPTOR_INIT;

	if (read_present(request, digest, out))
		return 0;
	if (!request->client)
		return error_set(err, ERROR_NOT_FOUND,
				 "manifest %s is not here", digest->text);
	if (fetch_manifest(request->client, digest->text, out, &answer, err) <
	    0)
		return -1;
	return blob_put(request->store, digest, out->text, out->length, err);
}

/*
 * Whether a HEAD's digest leads nowhere although the name may: some registries
 * answer HEAD for things they do not have, or with the digest of another
 * document (Artifactory; the platform's manifest in place of an index).
 */
static bool is_hint_gone(const struct documents_request *request,
			 const struct error *err)
{
	return request->client &&
	       strcmp(request->name, request->target->digest.text) != 0 &&
	       (err->kind == ERROR_NOT_FOUND || err->kind == ERROR_CORRUPT);
}

/* What the name means: bytes and digest. */
static int read_target(const struct documents_request *request,
		       struct strbuf *out, struct image_documents *documents,
		       struct error *err)
{
	autoclean(descriptor_release) struct descriptor answer =
		DESCRIPTOR_INIT;

	if (request->target &&
	    request->target->digest.algorithm != DIGEST_NONE) {
		documents->target = request->target->digest;
		if (read_by_digest(request, &documents->target, out, err) == 0)
			return 0;
		if (!is_hint_gone(request, err))
			return -1;
		error_release(err);
	}
	if (!request->client)
		return error_set(err, ERROR_NOT_FOUND, "%s is not here",
				 request->name);
	if (fetch_manifest(request->client, request->name, out, &answer, err) <
	    0)
		return -1;
	documents->target = answer.digest;
	return blob_put(request->store, &answer.digest, out->text, out->length,
			err);
}

/* Goes from an index to the platform's manifest, replacing BYTES. */
static int follow_index(const struct documents_request *request,
			struct strbuf *bytes, struct digest *digest,
			struct error *err)
{
	autoclean(descriptor_release) struct descriptor chosen =
		DESCRIPTOR_INIT;

	if (image_index_choose(bytes->text, bytes->length, request->platform,
			       &chosen, err) < 0)
		return -1;
	*digest = chosen.digest;
	strbuf_release(bytes);
	return read_by_digest(request, digest, bytes, err);
}

static int find_manifest(const struct documents_request *request,
			 struct image_documents *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf bytes =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	enum mediatype kind = MEDIATYPE_NONE;

	if (read_target(request, &bytes, out, err) < 0 ||
	    document_kind(bytes.text, bytes.length, NULL, &kind, err) < 0)
		return -1;
	out->target_type = xstrdup(mediatype_name(kind));
	out->target_size = bytes.length;
	out->manifest_digest = out->target;
	for (int depth = 0; mediatype_is_index(kind); depth++) {
		if (depth == DOCUMENTS_DEPTH_MAX)
			return error_set(err, ERROR_INVALID,
					 "indexes are nested too deeply");
		if (follow_index(request, &bytes, &out->manifest_digest, err) <
			    0 ||
		    document_kind(bytes.text, bytes.length, NULL, &kind, err) <
			    0)
			return -1;
	}
	out->manifest_size = bytes.length;
	return manifest_parse(bytes.text, bytes.length, NULL, &out->manifest,
			      err);
}

static int read_config(const struct documents_request *request,
		       const struct descriptor *config, struct strbuf *out,
		       struct error *err)
{
	if (config->size > REGISTRY_DOCUMENT_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "size %llu is over the limit of %zu bytes",
				 (unsigned long long)config->size,
				 REGISTRY_DOCUMENT_MAX);
	if (read_present(request, &config->digest, out))
		return 0;
	if (!request->client)
		return error_set(err, ERROR_NOT_FOUND, "it is not here");
	if (fetch_document(request->client, config, out, err) < 0)
		return -1;
	return blob_put(request->store, &config->digest, out->text, out->length,
			err);
}

static int find_config(const struct documents_request *request,
		       struct image_documents *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf bytes =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	const struct descriptor *config = &out->manifest.config;

	if (read_config(request, config, &bytes, err) < 0 ||
	    image_config_parse(bytes.text, bytes.length, &out->config, err) <
		    0 ||
	    image_config_check(&out->config, &out->manifest, err) < 0)
		return error_wrap(err, "config %s", config->digest.text);
	return 0;
}

/*
 * A single manifest carries no platform; its config does. An image of another
 * platform is refused only where a platform was asked for.
 */
static int check_platform(const struct documents_request *request,
			  const struct image_documents *documents,
			  struct error *err)
{
	autofree char *wanted = NULL;
	autofree char *actual = NULL;

	if (!request->platform ||
	    platform_is_match(request->platform, &documents->config.platform))
		return 0;
	wanted = platform_format(request->platform);
	actual = platform_format(&documents->config.platform);
	return error_set(err, ERROR_NOT_FOUND,
			 "no matching manifest for %s: the image is for %s",
			 wanted, actual);
}

int image_documents_gather(const struct documents_request *request,
			   struct image_documents *out, struct error *err)
{
	autoclean(image_documents_release) struct image_documents documents =
		IMAGE_DOCUMENTS_INIT;

	if (find_manifest(request, &documents, err) < 0)
		return -1;
	if (!documents.manifest.is_image)
		return error_set(
			err, ERROR_UNSUPPORTED,
			"it is not an image: its config has type %s",
			descriptor_media_type(&documents.manifest.config));
	if (find_config(request, &documents, err) < 0 ||
	    check_platform(request, &documents, err) < 0)
		return -1;
	*out = documents;
	documents = (struct image_documents)IMAGE_DOCUMENTS_INIT;
	return 0;
}

void image_documents_release(struct image_documents *documents)
{
	free(documents->target_type);
	manifest_release(&documents->manifest);
	image_config_release(&documents->config);
	*documents = (struct image_documents)IMAGE_DOCUMENTS_INIT;
}
