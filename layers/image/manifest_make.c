/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests made here. */
#include "layers/image/manifest_make.h"

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/image/manifest_media.h"

void manifest_make(const struct manifest_parts *parts, struct strbuf *out)
{
	autoclean(jsonx_free) json_t *document =
		json_pack("{s:i,s:s}", "schemaVersion", 2, "mediaType",
			  mediatype_name(MEDIATYPE_OCI_MANIFEST));
	json_t *layers = json_array();

	for (size_t i = 0; i < parts->layer_count; i++)
		(void)json_array_append_new(
			layers, descriptor_format(&parts->layers[i]));
	(void)json_object_set_new(document, "config",
				  descriptor_format(&parts->config));
	(void)json_object_set_new(document, "layers", layers);
	if (parts->annotations && json_object_size(parts->annotations))
		(void)json_object_set(document, "annotations",
				      (json_t *)(uintptr_t)parts->annotations);
	jsonx_format(document, out);
}

void manifest_make_of(const struct image_record *record,
		      const json_t *annotations, struct strbuf *out)
{
	autofree struct descriptor *layers = xcalloc(record->layer_count + 1,
						     sizeof(*layers));
	struct manifest_parts parts = { DESCRIPTOR_INIT, layers,
					record->layer_count, annotations };

	parts.config.type = MEDIATYPE_OCI_CONFIG;
	parts.config.digest = record->id;
	parts.config.size = record->config_size;
	for (size_t i = 0; i < record->layer_count; i++) {
		const struct image_layer *layer = &record->layers[i];

		layers[i] = (struct descriptor)DESCRIPTOR_INIT;
		layers[i].type = manifest_media_own(layer->media_type);
		layers[i].digest = layer->blob;
		layers[i].size = layer->blob_size;
	}
	manifest_make(&parts, out);
}
