/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping index.json in step with the names. */
#include "layers/store/layout.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"

enum { INDEX_LIMIT = 64 << 20 };

#define REF_NAME "org.opencontainers.image.ref.name"

/* Reads index.json; a missing or damaged one begins anew. */
static json_t *read_index(const struct store *store)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	json_t *index = NULL;

	if (jsonx_read(store->root_fd, "index.json", INDEX_LIMIT, &index,
		       &ignored) == 0 &&
	    json_is_array(json_object_get(index, "manifests")))
		return index;
	json_decref(index);
	return json_pack("{s:i,s:s,s:[]}", "schemaVersion", 2, "mediaType",
			 "application/vnd.oci.image.index.v1+json",
			 "manifests");
}

/*
 * Writes TEXT over the file itself, where the disk has no room for another.
 * It is shorter than what it replaces, so it fits; a crash in the middle
 * leaves damage, which begins anew as a lost file does.
 */
static int overwrite(const struct store *store, const struct strbuf *text,
		     struct error *err)
{
	autoclose int fd = openat(store->root_fd, "index.json",
				  O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return error_sys(err, errno, "open index.json");
	if (fs_pwrite_all(fd, text->text, text->length, 0, err) < 0)
		return error_wrap(err, "index.json");
	if (ftruncate(fd, (off_t)text->length) < 0)
		return error_sys(err, errno, "shorten index.json");
	return 0;
}

static int write_index(const struct store *store, const json_t *index,
		       bool is_shorter, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(INDEX_LIMIT);

	jsonx_format(index, &text);
	if (strbuf_check(&text, "index.json", err) < 0)
		return -1;
	if (atomicfile_put(store->root_fd, "index.json", text.text, text.length,
			   0, err) == 0)
		return 0;
	if (!is_shorter || (err->sys != ENOSPC && err->sys != EDQUOT))
		return -1;
	error_release(err);
	return overwrite(store, &text, err);
}

static const char *entry_name(const json_t *entry)
{
	const json_t *notes = json_object_get(entry, "annotations");
	const char *name = json_string_value(json_object_get(notes, REF_NAME));

	return name ? name : "";
}

/* Removes every entry called NAME; tells whether there was one. */
static bool drop_entries(json_t *manifests, const char *name)
{
	bool found = false;

	for (size_t i = json_array_size(manifests); i > 0; i--) {
		if (strcmp(entry_name(json_array_get(manifests, i - 1)),
			   name) != 0)
			continue;
		(void)json_array_remove(manifests, i - 1); /* in range */
		found = true;
	}
	return found;
}

/* ENTRY, and nothing else, has its name. */
static bool has_entry(const json_t *manifests, const json_t *entry)
{
	const char *name = entry_name(entry);
	bool found = false;
	const json_t *own;
	size_t i;

	json_array_foreach(manifests, i, own)
	{
		if (strcmp(entry_name(own), name) != 0)
			continue;
		if (found || !json_equal(own, entry))
			return false;
		found = true;
	}
	return found;
}

int layout_put(const struct store *store, const struct reference *ref,
	       const struct name_record *record, struct error *err)
{
	autoclean(jsonx_free) json_t *index = read_index(store);
	autoclean(jsonx_free) json_t *entry = NULL;
	autofree char *name = reference_format(ref);
	json_t *manifests = json_object_get(index, "manifests");
	const char *type =
		record->media_type
			? record->media_type
			: "application/vnd.oci.image.manifest.v1+json";

	entry = json_pack("{s:s,s:s,s:I,s:{s:s}}", "mediaType", type, "digest",
			  record->target.text, "size", (json_int_t)record->size,
			  "annotations", REF_NAME, name);
	if (record->annotations)
		(void)json_object_update_missing(
			json_object_get(entry, "annotations"),
			record->annotations);
	if (has_entry(manifests, entry))
		return 0;
	(void)drop_entries(manifests, name);
	(void)json_array_append(manifests, entry);
	return write_index(store, index, false, err);
}

int layout_drop(const struct store *store, const struct reference *ref,
		struct error *err)
{
	autoclean(jsonx_free) json_t *index = read_index(store);
	autofree char *name = reference_format(ref);

	if (!drop_entries(json_object_get(index, "manifests"), name))
		return 0;
	return write_index(store, index, true, err);
}
