/* SPDX-License-Identifier: Apache-2.0 */
/* Classifies manifests and indexes, refusing what two readers may misread. */
#include "registry/spec/document.h"

#include "base/jsonx.h"
#include "registry/registry_limits.h"
#include "registry/spec/json_keys.h"

static const char *const known_keys[] = {
	"schemaVersion", "mediaType",	 "config",  "layers",
	"manifests",	 "fsLayers",	 "history", "annotations",
	"subject",	 "artifactType", NULL,
};

/* Members that only one kind of document may have. */
static const char *const not_in_manifest[] = { "manifests", "fsLayers",
					       "history", NULL };
static const char *const not_in_index[] = { "config", "layers", "fsLayers",
					    "history", NULL };

static int refuse_schema1(struct error *err)
{
	return error_set(err, ERROR_UNSUPPORTED,
			 "schema 1 images are not supported: push the image "
			 "again with a current tool");
}

static int check_version(const json_t *document, struct error *err)
{
	int64_t version;

	if (jsonx_integer(document, "schemaVersion", 1, INT32_MAX, &version,
			  err) < 0)
		return -1;
	if (version == 1)
		return refuse_schema1(err);
	if (version != 2)
		return error_set(err, ERROR_UNSUPPORTED,
				 "manifest schema version %lld is not "
				 "supported",
				 (long long)version);
	return 0;
}

/* The kind by the document's shape alone. */
static enum mediatype kind_by_shape(const json_t *document)
{
	if (json_object_get(document, "manifests"))
		return MEDIATYPE_OCI_INDEX;
	if (json_object_get(document, "config") ||
	    json_object_get(document, "layers"))
		return MEDIATYPE_OCI_MANIFEST;
	return MEDIATYPE_NONE;
}

/* What the types say: the document's own, else the transport's. */
static int kind_by_name(const json_t *document, const char *content_type,
			enum mediatype *out, struct error *err)
{
	enum mediatype served = mediatype_from_name(content_type);
	const char *name;

	if (jsonx_opt_string(document, "mediaType", NULL, &name, err) < 0)
		return -1;
	*out = mediatype_from_name(name);
	if (mediatype_is_schema1(served) || mediatype_is_schema1(*out))
		return refuse_schema1(err);
	if (name && *out == MEDIATYPE_NONE)
		return error_set(err, ERROR_UNSUPPORTED,
				 "media type \"%.100s\" is not supported",
				 name);
	if (name && served != MEDIATYPE_NONE && served != *out)
		return error_set(err, ERROR_INVALID,
				 "served as \"%s\" but says it is \"%s\"",
				 mediatype_name(served), mediatype_name(*out));
	if (!name)
		*out = served;
	return 0;
}

static int check_members(const json_t *document, enum mediatype type,
			 struct error *err)
{
	const char *const *refused = mediatype_is_index(type) ? not_in_index
							      : not_in_manifest;

	for (size_t i = 0; refused[i]; i++) {
		if (json_object_get(document, refused[i]))
			return error_set(err, ERROR_INVALID,
					 "ambiguous document: \"%s\" in a %s",
					 refused[i],
					 mediatype_is_index(type) ? "list of "
								    "manifests"
								  : "manifest");
	}
	return 0;
}

static int classify(const json_t *document, const char *content_type,
		    enum mediatype *out, struct error *err)
{
	if (!json_is_object(document))
		return error_set(err, ERROR_INVALID,
				 "manifest is not a JSON object");
	if (json_keys_check(document, known_keys, err) < 0 ||
	    kind_by_name(document, content_type, out, err) < 0 ||
	    check_version(document, err) < 0)
		return -1;
	if (*out == MEDIATYPE_NONE)
		*out = kind_by_shape(document);
	if (!mediatype_is_index(*out) && !mediatype_is_manifest(*out))
		return error_set(err, ERROR_UNSUPPORTED,
				 "neither a manifest nor a list of manifests");
	return check_members(document, *out, err);
}

int document_parse(const char *bytes, size_t length, const char *content_type,
		   json_t **out, enum mediatype *type_out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	if (length > REGISTRY_DOCUMENT_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "manifest of %zu bytes is over the limit of "
				 "%zu",
				 length, REGISTRY_DOCUMENT_MAX);
	if (jsonx_parse(bytes, length, "manifest", &document, err) < 0 ||
	    classify(document, content_type, type_out, err) < 0)
		return -1;
	*out = TAKE_PTR(document);
	return 0;
}

int document_kind(const char *bytes, size_t length, const char *content_type,
		  enum mediatype *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	return document_parse(bytes, length, content_type, &document, out, err);
}
