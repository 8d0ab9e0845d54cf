/* SPDX-License-Identifier: Apache-2.0 */
/* Manifest documents. What is shared with indexes is in document.c. */
#include "registry/spec/manifest.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "registry/spec/document.h"
#include "registry/spec/json_keys.h"

static int add_size(struct manifest *manifest, uint64_t size, struct error *err)
{
	if (size > (uint64_t)INT64_MAX - manifest->total_size)
		return error_set(err, ERROR_INVALID,
				 "sizes add up to more than 2^63 bytes");
	manifest->total_size += size;
	return 0;
}

static int parse_config(const json_t *document, struct manifest *out,
			struct error *err)
{
	json_t *config;

	if (jsonx_object(document, "config", &config, err) < 0)
		return -1;
	if (descriptor_parse(config, &out->config, err) < 0)
		return error_wrap(err, "config");
	return add_size(out, out->config.size, err);
}

static int parse_layers(const json_t *document, struct manifest *out,
			struct error *err)
{
	json_t *layers;
	json_t *layer;
	size_t i;

	if (jsonx_array(document, "layers", &layers, err) < 0)
		return -1;
	out->layers = xcalloc(json_array_size(layers), sizeof(*out->layers));
	json_array_foreach(layers, i, layer)
	{
		out->layers[i] = (struct descriptor)DESCRIPTOR_INIT;
		out->layer_count = i + 1;
		if (descriptor_parse(layer, &out->layers[i], err) < 0)
			return error_wrap(err, "layer %zu", i + 1);
		if (add_size(out, out->layers[i].size, err) < 0)
			return -1;
	}
	return 0;
}

static int parse_rest(const json_t *document, struct manifest *out,
		      struct error *err)
{
	const char *artifact_type;
	json_t *annotations;
	json_t *subject;

	if (json_keys_check_map(document, "annotations", err) < 0 ||
	    jsonx_opt_object(document, "annotations", &annotations, err) < 0 ||
	    jsonx_opt_string(document, "artifactType", NULL, &artifact_type,
			     err) < 0 ||
	    jsonx_opt_object(document, "subject", &subject, err) < 0)
		return -1;
	out->annotations = json_incref(annotations);
	out->artifact_type = xstrdup(artifact_type);
	if (!subject)
		return 0;
	out->subject = xmalloc(sizeof(*out->subject));
	*out->subject = (struct descriptor)DESCRIPTOR_INIT;
	if (descriptor_parse(subject, out->subject, err) < 0)
		return error_wrap(err, "subject");
	return 0;
}

static bool has_image_types(const struct manifest *manifest)
{
	/* docker 1.10 pushed its configs as plain bytes. */
	bool is_early_docker = manifest->type == MEDIATYPE_DOCKER_MANIFEST &&
			       strcmp(manifest->config.media_type,
				      "application/octet-stream") == 0;

	if (!mediatype_is_config(manifest->config.type) && !is_early_docker)
		return false;
	for (size_t i = 0; i < manifest->layer_count; i++) {
		if (!mediatype_is_layer(manifest->layers[i].type))
			return false;
	}
	return true;
}

int manifest_parse(const char *bytes, size_t length, const char *content_type,
		   struct manifest *out, struct error *err)
{
	autoclean(manifest_release) struct manifest parsed = MANIFEST_INIT;
	autoclean(jsonx_free) json_t *document = NULL;

	if (document_parse(bytes, length, content_type, &document, &parsed.type,
			   err) < 0)
		return -1;
	if (!mediatype_is_manifest(parsed.type))
		return error_set(err, ERROR_INVALID,
				 "a list of manifests where a manifest was "
				 "expected");
	if (parse_config(document, &parsed, err) < 0 ||
	    parse_layers(document, &parsed, err) < 0 ||
	    parse_rest(document, &parsed, err) < 0)
		return -1;
	parsed.is_image = has_image_types(&parsed);
	manifest_release(out);
	*out = parsed;
	parsed = (struct manifest)MANIFEST_INIT;
	return 0;
}

void manifest_release(struct manifest *manifest)
{
	descriptor_release(&manifest->config);
	for (size_t i = 0; i < manifest->layer_count; i++)
		descriptor_release(&manifest->layers[i]);
	free(manifest->layers);
	json_decref(manifest->annotations);
	free(manifest->artifact_type);
	if (manifest->subject)
		descriptor_release(manifest->subject);
	free(manifest->subject);
	*manifest = (struct manifest)MANIFEST_INIT;
}
