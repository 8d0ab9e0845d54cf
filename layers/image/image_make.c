/* SPDX-License-Identifier: Apache-2.0 */
/* From configuration and layers to an image. */
#include "layers/image/image_make.h"

#include "base/jsonx.h"
#include "layers/image/image_edit.h"
#include "layers/image/image_layers.h"
#include "layers/image/image_store.h"
#include "layers/image/manifest_make.h"
#include "registry/registry_limits.h"

static int put_config(const struct image_make *request, struct descriptor *out,
		      struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	jsonx_format(request->config, &text);
	if (strbuf_check(&text, "the configuration", err) < 0)
		return -1;
	out->type = MEDIATYPE_OCI_CONFIG;
	out->size = text.length;
	return archive_spool_put(request->spool, text.text, text.length,
				 &out->digest, err);
}

static int put_manifest(const struct image_make *request,
			const struct descriptor *config, struct digest *out,
			struct error *err)
{
	struct manifest_parts parts = { *config, request->layers,
					request->layer_count, NULL };
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	manifest_make(&parts, &text);
	if (strbuf_check(&text, "the manifest", err) < 0)
		return -1;
	return archive_spool_put(request->spool, text.text, text.length, out,
				 err);
}

/* Extracts what is missing and writes the record. */
static int make_record(const struct image_make *request,
		       const struct digest *manifest, struct error *err)
{
	autoclean(image_documents_release) struct image_documents documents =
		IMAGE_DOCUMENTS_INIT;
	struct image_events events = { NULL, NULL }; /* nobody listens */
	struct descriptor target = DESCRIPTOR_INIT;
	struct documents_request want = {
		.store = request->store,
		.name = manifest->text,
		.target = &target,
	};
	struct image_layers layers = {
		.store = request->store,
		.documents = &documents,
		.events = &events,
		.limits = request->limits,
	};

	target.digest = *manifest;
	if (image_documents_gather(&want, &documents, err) < 0)
		return -1;
	return image_layers_bring(&layers, err);
}

int image_make(const struct image_make *request, struct digest *id_out,
	       struct error *err)
{
	struct descriptor config = DESCRIPTOR_INIT;
	struct digest manifest;

	if (put_config(request, &config, err) < 0 ||
	    put_manifest(request, &config, &manifest, err) < 0 ||
	    make_record(request, &manifest, err) < 0)
		return -1;
	if (request->name && image_edit_tag(request->store, &config.digest,
					    request->name, err) < 0)
		return -1;
	*id_out = config.digest;
	return image_store_sync(request->store, &config.digest,
				request->wait_for_disk, err);
}
