/* SPDX-License-Identifier: Apache-2.0 */
/* Image records: reading and writing record.json. */
#include "layers/store/image_record.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"

/* A config may be 4 MiB; the rest of a record is small beside it. */
enum { RECORD_FILE_LIMIT = 12 << 20, RECORD_LAYERS_MAX = 4096 };

static char *record_folder(const struct digest *id)
{
	const char *hex = digest_hex(id);

	return xasprintf("images/%.2s/%s", hex, hex);
}

static int opt_digest(const json_t *object, const char *key, struct digest *out,
		      struct error *err)
{
	const char *text;

	if (jsonx_opt_string(object, key, NULL, &text, err) < 0)
		return -1;
	return text ? digest_parse(text, out, err) : 0;
}

static int opt_size(const json_t *object, const char *key, uint64_t *out,
		    struct error *err)
{
	int64_t value = 0;

	if (jsonx_opt_integer(object, key, 0, INT64_MAX, &value, err) < 0)
		return -1;
	*out = (uint64_t)value;
	return 0;
}

/* A layer's folder is one component that cannot be "." or "..". */
static int check_folder(const char *folder, struct error *err)
{
	if (strspn(folder, "0123456789abcdef-") != strlen(folder) || !*folder)
		return error_set(err, ERROR_CORRUPT, "folder: bad layer name");
	return 0;
}

static int parse_layer(const json_t *object, struct image_layer *out,
		       struct error *err)
{
	const char *media_type;
	const char *folder;

	if (opt_digest(object, "diffID", &out->diff_id, err) < 0 ||
	    opt_digest(object, "blob", &out->blob, err) < 0 ||
	    opt_size(object, "blobSize", &out->blob_size, err) < 0 ||
	    opt_size(object, "size", &out->size, err) < 0 ||
	    jsonx_opt_string(object, "mediaType", NULL, &media_type, err) < 0 ||
	    jsonx_string(object, "folder", &folder, err) < 0 ||
	    check_folder(folder, err) < 0)
		return -1;
	out->media_type = xstrdup(media_type);
	out->folder = xstrdup(folder);
	return 0;
}

static int parse_layers(const json_t *document, struct image_record *out,
			struct error *err)
{
	json_t *layers;
	json_t *layer;
	size_t index;

	if (jsonx_array(document, "layers", &layers, err) < 0)
		return -1;
	if (json_array_size(layers) > RECORD_LAYERS_MAX)
		return error_set(err, ERROR_CORRUPT, "too many layers");
	out->layers = xcalloc(json_array_size(layers), sizeof(*out->layers));
	json_array_foreach(layers, index, layer)
	{
		out->layer_count++;
		if (parse_layer(layer, &out->layers[index], err) < 0)
			return error_wrap(err, "layers[%zu]", index);
		out->size += out->layers[index].size;
	}
	return 0;
}

static int parse_state(const json_t *document, struct image_record *out,
		       struct error *err)
{
	const char *boot;

	if (jsonx_opt_bool(document, "synced", &out->synced, err) < 0 ||
	    jsonx_opt_string(document, "boot", "", &boot, err) < 0 ||
	    jsonx_opt_integer(document, "tagged", 0, INT64_MAX, &out->tagged,
			      err) < 0)
		return -1;
	(void)snprintf(out->boot, sizeof(out->boot), "%s", boot);
	return 0;
}

static int parse_record(const json_t *document, struct image_record *out,
			struct error *err)
{
	const char *type;
	json_t *config;

	if (opt_digest(document, "id", &out->id, err) < 0 ||
	    opt_digest(document, "manifest", &out->manifest, err) < 0 ||
	    jsonx_opt_string(document, "manifestType", NULL, &type, err) < 0 ||
	    opt_size(document, "manifestSize", &out->manifest_size, err) < 0 ||
	    opt_size(document, "configSize", &out->config_size, err) < 0 ||
	    jsonx_object(document, "config", &config, err) < 0 ||
	    parse_layers(document, out, err) < 0)
		return -1;
	out->manifest_type = xstrdup(type);
	out->config = json_incref(config);
	return parse_state(document, out, err);
}

int image_record_load(const struct store *store, const struct digest *id,
		      struct image_record *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *folder = record_folder(id);
	autofree char *path = xasprintf("%s/record.json", folder);

	*out = (struct image_record)IMAGE_RECORD_INIT;
	if (jsonx_read(store->root_fd, path, RECORD_FILE_LIMIT, &document,
		       err) < 0) {
		if (err->kind == ERROR_NOT_FOUND || err->kind == ERROR_INVALID)
			return error_set(err, ERROR_NOT_FOUND,
					 "No such image: %s", id->text);
		return -1;
	}
	if (parse_record(document, out, err) < 0 ||
	    !digest_is_equal(&out->id, id)) {
		image_record_release(out);
		return error_set(err, ERROR_NOT_FOUND,
				 "image %s: its record is damaged", id->text);
	}
	return 0;
}

static void set_string(json_t *object, const char *key, const char *value)
{
	if (value && *value)
		(void)json_object_set_new(object, key, json_string(value));
}

static void set_size(json_t *object, const char *key, uint64_t value)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *format_layer(const struct image_layer *layer)
{
	json_t *object = json_object();

	set_string(object, "diffID", layer->diff_id.text);
	set_string(object, "folder", layer->folder);
	set_size(object, "size", layer->size);
	set_string(object, "blob", layer->blob.text);
	set_string(object, "mediaType", layer->media_type);
	if (layer->blob.algorithm != DIGEST_NONE)
		set_size(object, "blobSize", layer->blob_size);
	return object;
}

static json_t *format_record(const struct image_record *record)
{
	json_t *document = json_object();
	json_t *layers = json_array();

	set_string(document, "id", record->id.text);
	set_string(document, "manifest", record->manifest.text);
	set_string(document, "manifestType", record->manifest_type);
	set_size(document, "manifestSize", record->manifest_size);
	set_size(document, "configSize", record->config_size);
	for (size_t i = 0; i < record->layer_count; i++)
		(void)json_array_append_new(layers,
					    format_layer(&record->layers[i]));
	(void)json_object_set_new(document, "layers", layers);
	(void)json_object_set_new(document, "synced",
				  json_boolean(record->synced));
	set_string(document, "boot", record->boot);
	(void)json_object_set_new(document, "tagged",
				  json_integer(record->tagged));
	(void)json_object_set(document, "config", record->config);
	return document;
}

int image_record_save(const struct store *store,
		      const struct image_record *record, struct error *err)
{
	autoclean(jsonx_free) json_t *document = format_record(record);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *folder = record_folder(&record->id);
	autoclose int fd = -1;

	jsonx_format(document, &text);
	strbuf_addch(&text, '\n');
	if (store_folder(store, folder, &fd, err) < 0)
		return -1;
	return atomicfile_put(fd, "record.json", text.text, text.length, 0,
			      err);
}

int image_record_touch(const struct store *store, const struct digest *id,
		       struct error *err)
{
	autofree char *folder = record_folder(id);
	autofree char *record = xasprintf("%s/record.json", folder);
	autofree char *path = xasprintf("%s/tagged", folder);
	autoclose int fd = -1;

	if (faccessat(store->root_fd, record, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(err, ERROR_NOT_FOUND, "No such image: %s",
				 id->text);
	if (utimensat(store->root_fd, path, NULL, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	fd = openat(store->root_fd, path,
		    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? error_sys(err, errno, "note a name's time") : 0;
}

int64_t image_record_tagged(const struct store *store,
			    const struct image_record *record)
{
	autofree char *folder = record_folder(&record->id);
	autofree char *path = xasprintf("%s/tagged", folder);
	struct stat st;
	int64_t time;

	if (fstatat(store->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return record->tagged;
	time = clock_join(st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return time > record->tagged ? time : record->tagged;
}

int image_record_remove(const struct store *store, const struct digest *id,
			struct error *err)
{
	autofree char *folder = record_folder(id);
	autoclose int fd = openat(store->root_fd, folder,
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT
			       ? 0
			       : error_sys(err, errno, "open %s", folder);
	/* the record goes first: without it the image is gone */
	if (unlinkat(fd, "record.json", 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove image %s", id->text);
	return fs_remove_tree(store->root_fd, folder, err);
}

bool image_record_is_trusted(struct store *store,
			     const struct image_record *record)
{
	return record->synced || !strcmp(record->boot, store_boot_id(store));
}

void image_record_release(struct image_record *record)
{
	for (size_t i = 0; i < record->layer_count; i++) {
		free(record->layers[i].media_type);
		free(record->layers[i].folder);
	}
	free(record->layers);
	free(record->manifest_type);
	json_decref(record->config);
	*record = (struct image_record)IMAGE_RECORD_INIT;
}
