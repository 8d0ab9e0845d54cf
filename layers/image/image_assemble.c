/* SPDX-License-Identifier: Apache-2.0 */
/* Images out of layers that are here. */
#include "layers/image/image_assemble.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hasher.h"
#include "base/jsonx.h"
#include "base/strbuf.h"
#include "layers/image/manifest_make.h"
#include "layers/image/manifest_media.h"
#include "layers/store/blob.h"
#include "registry/registry_limits.h"

/* The documents of an image. */
struct image_parts {
	struct strbuf config, manifest;
	struct digest id, manifest_digest;
};

#define IMAGE_PARTS_INIT                                       \
	{                                                      \
		STRBUF_INIT, STRBUF_INIT, { DIGEST_NONE, "" }, \
		{                                              \
			DIGEST_NONE, ""                        \
		}                                              \
	}

static void image_parts_release(struct image_parts *parts)
{
	strbuf_release(&parts->config);
	strbuf_release(&parts->manifest);
}
DEFINE_CLEANUP(struct image_parts, image_parts_release)

static void describe(const struct image_assemble *request,
		     struct descriptor *layers)
{
	for (size_t i = 0; i < request->layer_count; i++) {
		const struct image_layer *layer = &request->layers[i];

		layers[i] = (struct descriptor)DESCRIPTOR_INIT;
		layers[i].type = manifest_media_own(layer->media_type);
		layers[i].digest = layer->blob;
		layers[i].size = layer->blob_size;
	}
}

/* Writes the documents down without storing them. */
static int format_parts(const struct image_assemble *request,
			struct image_parts *out, struct error *err)
{
	autofree struct descriptor *layers = xcalloc(request->layer_count,
						     sizeof(*layers));
	struct manifest_parts parts = { DESCRIPTOR_INIT, layers,
					request->layer_count, NULL };

	jsonx_format(request->config, &out->config);
	if (out->config.length > REGISTRY_DOCUMENT_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "the image's configuration is too large");
	hasher_digest(DIGEST_SHA256, out->config.text, out->config.length,
		      &out->id);
	parts.config.type = MEDIATYPE_OCI_CONFIG;
	parts.config.digest = out->id;
	parts.config.size = out->config.length;
	describe(request, layers);
	manifest_make(&parts, &out->manifest);
	if (out->manifest.length > REGISTRY_DOCUMENT_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "the image's manifest is too large");
	hasher_digest(DIGEST_SHA256, out->manifest.text, out->manifest.length,
		      &out->manifest_digest);
	return 0;
}

static int save_record(const struct image_assemble *request,
		       const struct image_parts *parts, struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	record.id = parts->id;
	record.config_size = parts->config.length;
	record.manifest = parts->manifest_digest;
	record.manifest_type = xstrdup(mediatype_name(MEDIATYPE_OCI_MANIFEST));
	record.manifest_size = parts->manifest.length;
	record.config = json_incref((json_t *)(uintptr_t)request->config);
	record.tagged = clock_now();
	record.layers = xcalloc(request->layer_count, sizeof(*record.layers));
	record.layer_count = request->layer_count;
	(void)snprintf(record.boot, sizeof(record.boot), "%s",
		       store_boot_id(request->store));
	for (size_t i = 0; i < record.layer_count; i++) {
		record.layers[i] = request->layers[i];
		record.layers[i].folder = xstrdup(request->layers[i].folder);
		record.layers[i].media_type =
			xstrdup(request->layers[i].media_type);
		record.size += request->layers[i].size;
	}
	return image_record_save(request->store, &record, err);
}

/*
 * The image is here already; a push may have given it compressed layers, and
 * with them another manifest, which stays.
 */
static bool is_here(const struct image_assemble *request,
		    struct image_assembled *out)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (image_record_load(request->store, &out->id, &record, &ignored) <
		    0 ||
	    !image_record_is_trusted(request->store, &record) ||
	    !blob_exists(request->store, &record.manifest, NULL) ||
	    record.layer_count != request->layer_count)
		return false;
	out->manifest = record.manifest;
	out->manifest_type = mediatype_from_name(record.manifest_type);
	out->manifest_size = record.manifest_size;
	out->is_flushed = record.synced;
	return true;
}

int image_assemble(const struct image_assemble *request,
		   struct image_assembled *out, struct error *err)
{
	autoclean(image_parts_release) struct image_parts parts =
		IMAGE_PARTS_INIT;

	if (format_parts(request, &parts, err) < 0)
		return -1;
	*out = (struct image_assembled){
		.id = parts.id,
		.manifest = parts.manifest_digest,
		.manifest_type = MEDIATYPE_OCI_MANIFEST,
		.manifest_size = parts.manifest.length,
	};
	if (is_here(request, out))
		return 0;
	if (blob_put(request->store, &parts.id, parts.config.text,
		     parts.config.length, err) < 0 ||
	    blob_put(request->store, &parts.manifest_digest,
		     parts.manifest.text, parts.manifest.length, err) < 0)
		return -1;
	return save_record(request, &parts, err);
}
