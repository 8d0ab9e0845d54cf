/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfile.lock as a value. */
#include "builder/lock/lock_file.h"

#include <stdlib.h>

#include "base/jsonx.h"

static json_t *part(const struct lock_file *lock, const char *name)
{
	return json_object_get(lock->document, name);
}

void lock_file_init(struct lock_file *lock)
{
	lock->document = json_pack("{s:i,s:{},s:{},s:{}}", "version", 1,
				   "images", "urls", "git");
}

int lock_file_parse(const char *name, const char *text, size_t length,
		    struct lock_file *out, struct error *err)
{
	static const char *const parts[] = { "images", "urls", "git" };
	int64_t version = 0;

	if (jsonx_parse(text, length, name, &out->document, err) < 0)
		return -1;
	if (jsonx_integer(out->document, "version", 1, 1, &version, err) < 0)
		return error_wrap(err, "%s", name);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		json_t *value;

		if (jsonx_object(out->document, parts[i], &value, err) < 0)
			return error_wrap(err, "%s", name);
	}
	return 0;
}

void lock_file_format(const struct lock_file *lock, struct strbuf *out)
{
	char *text = json_dumps(lock->document,
				JSON_INDENT(2) | JSON_SORT_KEYS);

	strbuf_addstr(out, text ? text : "{}");
	strbuf_addch(out, '\n');
	free(text);
}

void lock_file_add_image(struct lock_file *lock, const char *name,
			 const char *digest, json_t *platforms)
{
	(void)json_object_set_new(part(lock, "images"), name,
				  json_pack("{s:s,s:o}", "digest", digest,
					    "platforms", platforms));
}

void lock_file_add_url(struct lock_file *lock, const char *url,
		       const char *digest, const char *etag)
{
	(void)json_object_set_new(
		part(lock, "urls"), url,
		json_pack("{s:s,s:s*}", "digest", digest, "etag", etag));
}

void lock_file_add_git(struct lock_file *lock, const char *url,
		       const char *commit)
{
	(void)json_object_set_new(part(lock, "git"), url,
				  json_pack("{s:s}", "commit", commit));
}

const char *lock_file_image(const struct lock_file *lock, const char *name,
			    const char *platform)
{
	const json_t *image = json_object_get(part(lock, "images"), name);
	const json_t *platforms = json_object_get(image, "platforms");
	const char *digest = json_string_value(
		platform ? json_object_get(platforms, platform) : NULL);

	return digest ? digest
		      : json_string_value(json_object_get(image, "digest"));
}

const char *lock_file_url(const struct lock_file *lock, const char *url,
			  const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(part(lock, "urls"), url), key));
}

const char *lock_file_git(const struct lock_file *lock, const char *url)
{
	return json_string_value(json_object_get(
		json_object_get(part(lock, "git"), url), "commit"));
}

void lock_file_release(struct lock_file *lock)
{
	json_decref(lock->document);
	lock->document = NULL;
}
