/* SPDX-License-Identifier: Apache-2.0 */
/* Mark and sweep over blobs and layers. */
#include "layers/store/gc.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/store/blob.h"
#include "layers/store/container_folder.h"
#include "layers/store/image_record.h"
#include "layers/store/index_blobs.h"
#include "layers/store/layer.h"
#include "layers/store/lease.h"
#include "layers/store/step_cache.h"

/* A set of strings; jansson's object is the hash table at hand. */
static void mark(json_t *set, const char *key)
{
	if (key && *key)
		(void)json_object_set_new(set, key, json_true());
}

static void mark_image(json_t *set, const struct image_record *record)
{
	mark(set, record->id.text);
	mark(set, record->manifest.text);
	for (size_t i = 0; i < record->layer_count; i++) {
		mark(set, record->layers[i].blob.text);
		mark(set, record->layers[i].folder);
	}
}

/* What an index made here names: its images' documents, attestations. */
static void mark_index(const struct store *store, const struct digest *index,
		       json_t *set)
{
	autoclean(strvec_release) struct strvec blobs = STRVEC_INIT;

	index_blobs_list(store, index, &blobs);
	for (size_t i = 0; i < blobs.count; i++)
		mark(set, blobs.items[i]);
}

/* An index that a name stands for is kept while the name is. */
static int mark_names(const struct store *store, const struct digest *id,
		      json_t *set, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (image_record_names(store, id, &names, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(name_record_release) struct name_record record =
			NAME_RECORD_INIT;

		if (reference_parse(names.items[i], &ref, err) < 0 ||
		    names_get(store, &ref, &record, err) < 0) {
			error_release(err); /* removed just now */
			continue;
		}
		mark(set, record.target.text);
		mark(set, record.manifest.text);
		if (record.is_whole)
			mark_index(store, &record.target, set);
	}
	return 0;
}

static int mark_images(const struct store *store, json_t *set,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (image_record_list(store, &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count; i++) {
		autoclean(image_record_release) struct image_record record =
			IMAGE_RECORD_INIT;
		struct digest id;

		if (digest_parse(ids.items[i], &id, err) < 0 ||
		    image_record_load(store, &id, &record, err) < 0) {
			if (err->kind == ERROR_SYSTEM)
				return -1;
			error_release(err); /* a damaged record owns nothing */
			continue;
		}
		mark_image(set, &record);
		if (mark_names(store, &id, set, err) < 0)
			return -1;
	}
	return 0;
}

/* Containers keep the layers they stand on, whatever becomes of the image. */
static int mark_containers(const struct store *store, json_t *set,
			   struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;

	if (container_folder_list(store, "", &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count; i++) {
		if (container_folder_uses(store, ids.items[i], NULL, &layers,
					  err) < 0)
			return -1;
	}
	for (size_t i = 0; i < layers.count; i++)
		mark(set, layers.items[i]);
	return 0;
}

/* And the build cache the layers that its steps made. */
static int mark_steps(const struct store *store, json_t *set, struct error *err)
{
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;

	if (step_cache_layers(store, &layers, err) < 0)
		return -1;
	for (size_t i = 0; i < layers.count; i++)
		mark(set, layers.items[i]);
	return 0;
}

static int mark_leases(const struct store *store, json_t *set,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec lines = STRVEC_INIT;

	if (lease_collect(store, &lines, err) < 0)
		return -1;
	for (size_t i = 0; i < lines.count; i++) {
		const char *blank = strchr(lines.items[i], ' ');

		mark(set, blank ? blank + 1 : NULL);
	}
	return 0;
}

static void plan_blob(const struct store *store, const char *text,
		      const json_t *set, struct gc_plan *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct digest digest;
	uint64_t size = 0;

	if (json_object_get(set, text) ||
	    digest_parse(text, &digest, &ignored) < 0 ||
	    !blob_exists(store, &digest, &size))
		return;
	strvec_add(&out->blobs, text);
	out->freed += size;
}

static void plan_layer(struct store *store, const char *name, const json_t *set,
		       struct gc_plan *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = xasprintf("layers/%s", name);
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	if (json_object_get(set, name) ||
	    faccessat(store->root_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (layer_load(store, name, &record, &ignored) == 0)
		out->freed += record.size;
	strvec_add(&out->layers, name);
}

/* Appends PREFIX and each entry of a folder that does not begin with a dot. */
static int list_folder(const struct store *store, const char *path,
		       const char *prefix, struct strvec *out,
		       struct error *err)
{
	int fd = openat(store->root_fd, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return fd < 0 && errno == ENOENT
			       ? 0
			       : error_sys(err, errno, "read %s", path);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			strvec_addf(out, "%s%s", prefix, entry->d_name);
	}
	(void)closedir(dir); /* only read */
	return 0;
}

static int list_everything(const struct store *store, struct strvec *out,
			   struct error *err)
{
	if (list_folder(store, "blobs/sha256", "sha256:", out, err) < 0 ||
	    list_folder(store, "blobs/sha512", "sha512:", out, err) < 0)
		return -1;
	return list_folder(store, "layers", "", out, err);
}

int gc_plan_make(struct store *store, const struct strvec *candidates,
		 struct gc_plan *out, struct error *err)
{
	autoclean(jsonx_free) json_t *set = json_object();
	autoclean(strvec_release) struct strvec everything = STRVEC_INIT;

	if (mark_images(store, set, err) < 0 ||
	    mark_containers(store, set, err) < 0 ||
	    mark_steps(store, set, err) < 0 || mark_leases(store, set, err) < 0)
		return -1;
	if (!candidates) {
		if (list_everything(store, &everything, err) < 0)
			return -1;
		candidates = &everything;
	}
	for (size_t i = 0; i < candidates->count; i++) {
		if (strchr(candidates->items[i], ':'))
			plan_blob(store, candidates->items[i], set, out);
		else
			plan_layer(store, candidates->items[i], set, out);
	}
	return 0;
}

int gc_plan_execute(const struct store *store, const struct gc_plan *plan,
		    struct error *err)
{
	for (size_t i = 0; i < plan->layers.count; i++) {
		if (layer_remove(store, plan->layers.items[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->blobs.count; i++) {
		struct digest digest;

		if (digest_parse(plan->blobs.items[i], &digest, err) < 0 ||
		    blob_remove(store, &digest, err) < 0)
			return -1;
	}
	return 0;
}

void gc_plan_release(struct gc_plan *plan)
{
	strvec_release(&plan->blobs);
	strvec_release(&plan->layers);
	plan->freed = 0;
}
