/* SPDX-License-Identifier: Apache-2.0 */
/* Names of images, one file each. */
#include "layers/store/names.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"

enum { NAME_FILE_LIMIT = 64 * 1024 };

/* The file's folder below the root and its name, by what REF carries. */
static void locate(const struct reference *ref, char **folder, char **file)
{
	*folder = xasprintf("refs/%s/%s", ref->domain, ref->path);
	if (ref->digest)
		*file = xasprintf("@%s", ref->digest);
	else
		*file = xasprintf(":%s", ref->tag ? ref->tag : "latest");
}

static int not_found(const struct reference *ref, struct error *err)
{
	autofree char *name = reference_familiar(ref);

	return error_set(err, ERROR_NOT_FOUND, "No such image: %s", name);
}

static int read_digest(const json_t *document, const char *key,
		       struct digest *out, struct error *err)
{
	const char *text;

	if (jsonx_string(document, key, &text, err) < 0)
		return -1;
	return digest_parse(text, out, err);
}

static int parse_whole(const json_t *document, struct name_record *out,
		       struct error *err)
{
	json_t *annotations;

	if (jsonx_opt_bool(document, "whole", &out->is_whole, err) < 0 ||
	    jsonx_opt_strings(document, "members", &out->members, err) < 0 ||
	    jsonx_opt_object(document, "annotations", &annotations, err) < 0)
		return -1;
	out->annotations = json_incref(annotations);
	return 0;
}

static int parse_record(const json_t *document, struct name_record *out,
			struct error *err)
{
	const char *media_type;
	const char *source;
	const char *checked;
	int64_t size = 0;

	if (read_digest(document, "digest", &out->target, err) < 0 ||
	    read_digest(document, "manifest", &out->manifest, err) < 0 ||
	    read_digest(document, "image", &out->image, err) < 0 ||
	    jsonx_opt_string(document, "mediaType", NULL, &media_type, err) <
		    0 ||
	    jsonx_opt_string(document, "source", NULL, &source, err) < 0 ||
	    jsonx_opt_string(document, "checked", NULL, &checked, err) < 0 ||
	    jsonx_opt_integer(document, "size", 0, INT64_MAX, &size, err) < 0)
		return -1;
	if (parse_whole(document, out, err) < 0 ||
	    (checked && clock_parse(checked, &out->checked, err) < 0))
		return -1;
	out->media_type = xstrdup(media_type);
	out->source = xstrdup(source);
	out->size = (uint64_t)size;
	return 0;
}

static json_t *format_record(const struct name_record *record)
{
	char checked[CLOCK_TEXT_MAX];
	json_t *document = json_object();

	(void)json_object_set_new(document, "digest",
				  json_string(record->target.text));
	if (record->media_type)
		(void)json_object_set_new(document, "mediaType",
					  json_string(record->media_type));
	(void)json_object_set_new(document, "size",
				  json_integer((json_int_t)record->size));
	(void)json_object_set_new(document, "manifest",
				  json_string(record->manifest.text));
	(void)json_object_set_new(document, "image",
				  json_string(record->image.text));
	if (record->checked) {
		clock_format(record->checked, checked);
		(void)json_object_set_new(document, "checked",
					  json_string(checked));
	}
	if (record->source)
		(void)json_object_set_new(document, "source",
					  json_string(record->source));
	if (record->is_whole)
		(void)json_object_set_new(document, "whole", json_true());
	if (record->members.count)
		(void)json_object_set_new(document, "members",
					  jsonx_from_strvec(&record->members));
	if (record->annotations)
		(void)json_object_set(document, "annotations",
				      record->annotations);
	return document;
}

int names_get(const struct store *store, const struct reference *ref,
	      struct name_record *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *folder = NULL;
	autofree char *file = NULL;
	autofree char *path = NULL;

	locate(ref, &folder, &file);
	path = xasprintf("%s/%s", folder, file);
	if (jsonx_read(store->root_fd, path, NAME_FILE_LIMIT, &document, err) <
	    0) {
		if (err->kind == ERROR_NOT_FOUND ||
		    err->kind == ERROR_INVALID || err->sys == ENOTDIR)
			return not_found(ref, err);
		return -1;
	}
	if (parse_record(document, out, err) < 0) {
		name_record_release(out);
		return not_found(ref, err);
	}
	return 0;
}

static bool is_same(const struct store *store, const char *folder,
		    const char *file, const struct strbuf *text)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf own = STRBUF_INIT;
	autofree char *path = xasprintf("%s/%s", folder, file);

	return fs_read_file(store->root_fd, path, text->length, &own,
			    &ignored) == 0 &&
	       own.length == text->length &&
	       !memcmp(own.text, text->text, own.length);
}

int names_put(const struct store *store, const struct reference *ref,
	      const struct name_record *record, struct error *err)
{
	autoclean(jsonx_free) json_t *document = format_record(record);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *folder = NULL;
	autofree char *file = NULL;
	autoclose int fd = -1;

	locate(ref, &folder, &file);
	jsonx_format(document, &text);
	strbuf_addch(&text, '\n');
	if (is_same(store, folder, file, &text))
		return 0;
	if (store_folder(store, folder, &fd, err) < 0)
		return -1;
	return atomicfile_put(fd, file, text.text, text.length, 0, err);
}

bool names_has(const struct store *store, const struct reference *ref,
	       const struct name_record *record)
{
	autoclean(jsonx_free) json_t *document = format_record(record);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *folder = NULL;
	autofree char *file = NULL;

	locate(ref, &folder, &file);
	jsonx_format(document, &text);
	strbuf_addch(&text, '\n');
	return is_same(store, folder, file, &text);
}

/* Removes the folders that a name leaves empty, from the inside out. */
static void prune_folders(const struct store *store, char *folder)
{
	char *slash;

	while ((slash = strrchr(folder, '/'))) {
		/* not empty: other names live there, and that ends it */
		if (unlinkat(store->root_fd, folder, AT_REMOVEDIR) < 0)
			return;
		*slash = '\0';
	}
}

int names_remove(const struct store *store, const struct reference *ref,
		 struct error *err)
{
	autofree char *folder = NULL;
	autofree char *file = NULL;
	autofree char *path = NULL;

	locate(ref, &folder, &file);
	path = xasprintf("%s/%s", folder, file);
	if (unlinkat(store->root_fd, path, 0) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return not_found(ref, err);
		return error_sys(err, errno, "remove name %s", path);
	}
	prune_folders(store, folder);
	return 0;
}

int names_tags(const struct store *store, const struct reference *repository,
	       struct strvec *out, struct error *err)
{
	autofree char *folder = xasprintf("refs/%s/%s", repository->domain,
					  repository->path);
	int fd = openat(store->root_fd, folder,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0 && errno == ENOENT)
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read %s", folder);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == ':')
			strvec_add(out, entry->d_name + 1);
	}
	(void)closedir(dir); /* only read */
	strvec_sort(out);
	return 0;
}

void name_record_release(struct name_record *record)
{
	free(record->media_type);
	free(record->source);
	strvec_release(&record->members);
	json_decref(record->annotations);
	*record = (struct name_record)NAME_RECORD_INIT;
}
