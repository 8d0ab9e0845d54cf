/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests made here. */
#include "layers/image/manifest_make.h"

#include "base/jsonx.h"

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
