/* SPDX-License-Identifier: Apache-2.0 */
/* Reading manifest.json of docker archives. */
#include "layers/image/archive_manifest.h"

#include "base/alloc.h"
#include "base/jsonx.h"
#include "registry/spec/reference.h"

static int parse_names(const json_t *object, struct strvec *out,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;

	if (jsonx_opt_strings(object, "RepoTags", &tags, err) < 0)
		return -1;
	for (size_t i = 0; i < tags.count; i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;

		if (reference_parse(tags.items[i], &ref, err) < 0)
			return error_wrap(err, "RepoTags");
		if (!ref.tag || ref.digest)
			return error_set(err, ERROR_INVALID,
					 "RepoTags: invalid tag \"%.300s\"",
					 tags.items[i]);
		strvec_take(out, reference_format(&ref));
	}
	return 0;
}

static int parse_image(const json_t *object, struct archive_image *out,
		       struct error *err)
{
	const char *config;

	if (!json_is_object(object))
		return error_set(err, ERROR_INVALID, "expected an object");
	if (jsonx_string(object, "Config", &config, err) < 0 ||
	    jsonx_opt_strings(object, "Layers", &out->layers, err) < 0 ||
	    parse_names(object, &out->names, err) < 0)
		return -1;
	if (out->layers.count > ARCHIVE_LAYERS_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "%zu layers, the most is %d",
				 out->layers.count, ARCHIVE_LAYERS_MAX);
	out->config = xstrdup(config);
	return 0;
}

static int parse_images(const json_t *document, struct archive_manifest *out,
			struct error *err)
{
	size_t index;
	json_t *image;

	if (!json_is_array(document))
		return error_set(err, ERROR_INVALID, "expected an array");
	if (json_array_size(document) > ARCHIVE_IMAGES_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "%zu images, the most is %d",
				 json_array_size(document), ARCHIVE_IMAGES_MAX);
	out->images = xcalloc(json_array_size(document), sizeof(*out->images));
	json_array_foreach(document, index, image)
	{
		out->count++;
		if (parse_image(image, &out->images[index], err) < 0)
			return error_wrap(err, "image %zu", index);
	}
	return 0;
}

int archive_manifest_parse(const char *text, size_t length,
			   struct archive_manifest *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	*out = (struct archive_manifest)ARCHIVE_MANIFEST_INIT;
	if (length > ARCHIVE_MANIFEST_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "manifest.json is larger than %d bytes",
				 ARCHIVE_MANIFEST_MAX);
	if (jsonx_parse(text, length, "manifest.json", &document, err) < 0)
		return -1;
	if (parse_images(document, out, err) < 0) {
		archive_manifest_release(out);
		return error_wrap(err, "manifest.json");
	}
	return 0;
}

void archive_manifest_release(struct archive_manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++) {
		struct archive_image *image = &manifest->images[i];

		free(image->config);
		strvec_release(&image->names);
		strvec_release(&image->layers);
	}
	free(manifest->images);
	*manifest = (struct archive_manifest)ARCHIVE_MANIFEST_INIT;
}
