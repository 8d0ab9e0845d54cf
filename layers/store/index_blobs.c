/* SPDX-License-Identifier: Apache-2.0 */
/* Walking from an index to blobs. */
#include "layers/store/index_blobs.h"

#include "layers/store/blob.h"
#include "registry/registry_limits.h"

int index_blobs_index(const struct store *store, const struct digest *digest,
		      struct image_index *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	if (blob_read(store, digest, REGISTRY_DOCUMENT_MAX, &text, err) < 0)
		return -1;
	return image_index_parse(text.text, text.length, NULL, out, err);
}

int index_blobs_manifest(const struct store *store, const struct digest *digest,
			 struct manifest *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	if (blob_read(store, digest, REGISTRY_DOCUMENT_MAX, &text, err) < 0)
		return -1;
	return manifest_parse(text.text, text.length, NULL, out, err);
}

void index_blobs_list_manifest(const struct store *store,
			       const struct digest *digest, struct strvec *out)
{
	autoclean(manifest_release) struct manifest manifest = MANIFEST_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	strvec_add(out, digest->text);
	if (index_blobs_manifest(store, digest, &manifest, &ignored) < 0)
		return;
	strvec_add(out, manifest.config.digest.text);
	for (size_t i = 0; i < manifest.layer_count; i++)
		strvec_add(out, manifest.layers[i].digest.text);
}

void index_blobs_list(const struct store *store, const struct digest *index,
		      struct strvec *out)
{
	autoclean(image_index_release) struct image_index parsed =
		IMAGE_INDEX_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	strvec_add(out, index->text);
	if (index_blobs_index(store, index, &parsed, &ignored) < 0)
		return;
	for (size_t i = 0; i < parsed.count; i++)
		index_blobs_list_manifest(store, &parsed.manifests[i].digest,
					  out);
}
