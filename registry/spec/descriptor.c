/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptor JSON, both ways. */
#include "registry/spec/descriptor.h"

#include "base/alloc.h"
#include "base/jsonx.h"
#include "registry/spec/json_keys.h"

static const char *const known_keys[] = {
	"mediaType",   "digest",   "size",	   "urls",
	"annotations", "platform", "artifactType", NULL,
};

static int parse_platform(const json_t *json, struct descriptor *out,
			  struct error *err)
{
	static const char *const keys[] = { "os", "architecture", "variant",
					    "os.version" };
	struct platform *platform = &out->platform;
	char **fields[] = { &platform->os, &platform->architecture,
			    &platform->variant, &platform->os_version };
	json_t *object;

	if (jsonx_opt_object(json, "platform", &object, err) < 0)
		return -1;
	if (!object)
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text;

		if (jsonx_opt_string(object, keys[i], NULL, &text, err) < 0)
			return error_wrap(err, "platform");
		*fields[i] = xstrdup(text);
	}
	out->has_platform = true;
	return 0;
}

static int parse_identity(const json_t *json, struct descriptor *out,
			  struct error *err)
{
	const char *media_type;
	const char *digest;
	int64_t size;

	if (jsonx_string(json, "mediaType", &media_type, err) < 0 ||
	    jsonx_string(json, "digest", &digest, err) < 0 ||
	    digest_parse(digest, &out->digest, err) < 0 ||
	    jsonx_integer(json, "size", 0, INT64_MAX, &size, err) < 0)
		return -1;
	out->media_type = xstrdup(media_type);
	out->type = mediatype_from_name(media_type);
	out->size = (uint64_t)size;
	return 0;
}

static int parse_rest(const json_t *json, struct descriptor *out,
		      struct error *err)
{
	const char *artifact_type;
	json_t *annotations;

	if (parse_platform(json, out, err) < 0 ||
	    jsonx_opt_strings(json, "urls", &out->urls, err) < 0 ||
	    jsonx_opt_string(json, "artifactType", NULL, &artifact_type, err) <
		    0 ||
	    json_keys_check_map(json, "annotations", err) < 0 ||
	    jsonx_opt_object(json, "annotations", &annotations, err) < 0)
		return -1;
	out->artifact_type = xstrdup(artifact_type);
	out->annotations = json_incref(annotations);
	return 0;
}

int descriptor_parse(const json_t *json, struct descriptor *out,
		     struct error *err)
{
	autoclean(descriptor_release) struct descriptor parsed =
		DESCRIPTOR_INIT;

	if (!json_is_object(json))
		return error_set(err, ERROR_INVALID,
				 "descriptor is not an object");
	if (json_keys_check(json, known_keys, err) < 0 ||
	    parse_identity(json, &parsed, err) < 0 ||
	    parse_rest(json, &parsed, err) < 0)
		return -1;
	descriptor_release(out);
	*out = parsed;
	parsed = (struct descriptor)DESCRIPTOR_INIT;
	return 0;
}

static void set_string(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

static json_t *format_platform(const struct platform *platform)
{
	json_t *object = json_object();

	set_string(object, "architecture",
		   platform->architecture ? platform->architecture : "");
	set_string(object, "os", platform->os ? platform->os : "");
	set_string(object, "os.version", platform->os_version);
	set_string(object, "variant", platform->variant);
	return object;
}

json_t *descriptor_format(const struct descriptor *descriptor)
{
	json_t *object = json_object();

	set_string(object, "mediaType", descriptor_media_type(descriptor));
	set_string(object, "digest", descriptor->digest.text);
	json_object_set_new(object, "size",
			    json_integer((json_int_t)descriptor->size));
	if (descriptor->urls.count)
		json_object_set_new(object, "urls",
				    jsonx_from_strvec(&descriptor->urls));
	if (descriptor->annotations)
		json_object_set(object, "annotations", descriptor->annotations);
	if (descriptor->has_platform)
		json_object_set_new(object, "platform",
				    format_platform(&descriptor->platform));
	set_string(object, "artifactType", descriptor->artifact_type);
	return object;
}

const char *descriptor_media_type(const struct descriptor *descriptor)
{
	return descriptor->media_type ? descriptor->media_type
				      : mediatype_name(descriptor->type);
}

const char *descriptor_annotation(const struct descriptor *descriptor,
				  const char *key)
{
	return json_string_value(json_object_get(descriptor->annotations, key));
}

void descriptor_copy(const struct descriptor *from, struct descriptor *to)
{
	struct descriptor copy = {
		.type = from->type,
		.media_type = xstrdup(from->media_type),
		.digest = from->digest,
		.size = from->size,
		.has_platform = from->has_platform,
		.platform = PLATFORM_INIT,
		.annotations = json_incref(from->annotations),
		.artifact_type = xstrdup(from->artifact_type),
		.urls = STRVEC_INIT,
	};

	platform_copy(&from->platform, &copy.platform);
	strvec_extend(&copy.urls, from->urls.items, from->urls.count);
	descriptor_release(to);
	*to = copy;
}

void descriptor_release(struct descriptor *descriptor)
{
	free(descriptor->media_type);
	free(descriptor->artifact_type);
	platform_release(&descriptor->platform);
	json_decref(descriptor->annotations);
	strvec_release(&descriptor->urls);
	*descriptor = (struct descriptor)DESCRIPTOR_INIT;
}
