/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations that a build is asked for. */
#include "cmd/front/build_annotations.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "registry/spec/platform.h"

static const struct {
	const char *name;
	enum annotation_level level;
} levels[] = {
	{ "manifest", ANNOTATION_MANIFEST },
	{ "index", ANNOTATION_INDEX },
	{ "manifest-descriptor", ANNOTATION_MANIFEST_DESCRIPTOR },
	{ "index-descriptor", ANNOTATION_INDEX_DESCRIPTOR },
};

static enum annotation_level level_from(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (strlen(levels[i].name) == length &&
		    !memcmp(levels[i].name, name, length))
			return levels[i].level;
	return ANNOTATION_NONE;
}

static struct build_annotation *add(struct build_annotations *out)
{
	struct build_annotation *item;

	out->items = xreallocarray(out->items, out->count + 1,
				   sizeof(*out->items));
	item = &out->items[out->count++];
	*item = (struct build_annotation){ ANNOTATION_NONE };
	return item;
}

/* "linux/arm64" in its usual spelling. */
static int read_platform(const char *text, size_t length, char **out,
			 struct error *err)
{
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;
	autofree char *name = xstrndup(text, length);

	if (platform_parse(name, &platform, err) < 0)
		return -1;
	*out = platform_format(&platform);
	return 0;
}

/* One level of TEXT's LENGTH bytes: "manifest[linux/arm64]". */
static int read_level(const char *text, size_t length,
		      struct build_annotation *out, struct error *err)
{
	const char *open = memchr(text, '[', length);
	size_t name = open ? (size_t)(open - text) : length;

	out->level = level_from(text, name);
	if (out->level == ANNOTATION_NONE)
		return error_set(err, ERROR_INVALID,
				 "unknown annotation type: %.*s", (int)name,
				 text);
	if (!open)
		return 0;
	if (text[length - 1] != ']')
		return error_set(err, ERROR_INVALID, "expected ]");
	if (out->level == ANNOTATION_INDEX ||
	    out->level == ANNOTATION_INDEX_DESCRIPTOR)
		return error_set(err, ERROR_INVALID,
				 "an index is of no single platform");
	return read_platform(open + 1, length - name - 2, &out->platform, err);
}

static int parse_one(const char *text, struct build_annotations *out,
		     struct error *err)
{
	const char *equals = strchr(text, '=');
	const char *colon = equals ? memchr(text, ':', (size_t)(equals - text))
				   : NULL;
	const char *key = colon ? colon + 1 : text;
	const char *at = colon ? text : "manifest:";

	if (!equals || key == equals)
		return error_set(err, ERROR_INVALID, "expected key=value");
	while (true) {
		size_t length = strcspn(at, ",:");
		struct build_annotation *item = add(out);

		if (read_level(at, length, item, err) < 0)
			return -1;
		item->key = xstrndup(key, (size_t)(equals - key));
		item->value = xstrdup(equals + 1);
		at += length;
		if (*at++ == ':')
			return 0;
	}
}

int build_annotations_parse(const struct strvec *texts,
			    struct build_annotations *out, struct error *err)
{
	for (size_t i = 0; i < texts->count; i++)
		if (parse_one(texts->items[i], out, err) < 0)
			return error_wrap(err, "--annotation %s",
					  texts->items[i]);
	return 0;
}

json_t *build_annotations_of(const struct build_annotations *annotations,
			     enum annotation_level level, const char *platform)
{
	json_t *object = NULL;

	for (size_t i = 0; i < annotations->count; i++) {
		const struct build_annotation *item = &annotations->items[i];

		if (item->level != level ||
		    (item->platform &&
		     (!platform || strcmp(item->platform, platform) != 0)))
			continue;
		if (!object)
			object = json_object();
		(void)json_object_set_new(object, item->key,
					  json_string(item->value));
	}
	return object;
}

void build_annotations_release(struct build_annotations *annotations)
{
	for (size_t i = 0; i < annotations->count; i++) {
		free(annotations->items[i].platform);
		free(annotations->items[i].key);
		free(annotations->items[i].value);
	}
	free(annotations->items);
	*annotations = (struct build_annotations)BUILD_ANNOTATIONS_INIT;
}
