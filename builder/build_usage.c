/* SPDX-License-Identifier: Apache-2.0 */
/* The build cache, listed and pruned. */
#include "builder/build_usage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "builder/cache_mount.h"
#include "layers/store/container_folder.h"
#include "layers/store/gc.h"
#include "layers/store/image_record.h"
#include "layers/store/step_cache.h"
#include "layers/store/tree_size.h"

#define FETCHED "cache/fetched"

enum { CACHE_NOTE_MAX = 1 << 20 };

const char *build_usage_kind_name(enum build_usage_kind kind)
{
	switch (kind) {
	case BUILD_USAGE_STEP:
		return "regular";
	case BUILD_USAGE_MOUNT:
		return "exec.cachemount";
	case BUILD_USAGE_FETCHED:
		return "source.http";
	case BUILD_USAGE_NONE:
		break;
	}
	return "";
}

static struct build_usage_row *add_row(struct build_usage *usage)
{
	usage->rows = xreallocarray(usage->rows, usage->count + 1,
				    sizeof(*usage->rows));
	usage->rows[usage->count] = (struct build_usage_row){ .size = 0 };
	return &usage->rows[usage->count++];
}

/* Layers that somebody else needs; a set. */
static int mark_layers(struct store *store, json_t *set, struct error *err)
{
	autoclean(strvec_release) struct strvec images = STRVEC_INIT;
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;

	if (image_record_list(store, &images, err) < 0 ||
	    container_folder_list(store, "", &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < images.count; i++) {
		autoclean(image_record_release) struct image_record record =
			IMAGE_RECORD_INIT;
		autoclean(error_release) struct error ignored = ERROR_INIT;
		struct digest id;

		if (digest_parse(images.items[i], &id, &ignored) < 0 ||
		    image_record_load(store, &id, &record, &ignored) < 0)
			continue;
		for (size_t j = 0; j < record.layer_count; j++)
			strvec_add(&layers, record.layers[j].folder);
	}
	for (size_t i = 0; i < ids.count; i++)
		if (container_folder_uses(store, ids.items[i], NULL, &layers,
					  err) < 0)
			return -1;
	for (size_t i = 0; i < layers.count; i++)
		(void)json_object_set_new(set, layers.items[i], json_true());
	return 0;
}

static char *describe(const struct store *store, const struct digest *key)
{
	autoclean(jsonx_free) json_t *note = step_cache_note(store, key);
	const char *text = json_string_value(json_object_get(note, "step"));

	return xstrdup(text ? text : "");
}

static int list_steps(struct store *store, struct build_usage *out,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec keys = STRVEC_INIT;
	autoclean(jsonx_free) json_t *used = json_object();

	if (step_cache_list(store, &keys, err) < 0 ||
	    mark_layers(store, used, err) < 0)
		return -1;
	for (size_t i = 0; i < keys.count; i++) {
		autoclean(step_entry_release) struct step_entry entry =
			STEP_ENTRY_INIT;
		struct build_usage_row *row;
		struct digest key;

		if (digest_parse(keys.items[i], &key, err) < 0)
			return -1;
		/* one that is of no use any more has no size */
		if (!step_cache_peek(store, &key, &entry))
			entry = (struct step_entry)STEP_ENTRY_INIT;
		row = add_row(out);
		row->kind = BUILD_USAGE_STEP;
		row->id = xstrdup(digest_hex(&key));
		row->description = describe(store, &key);
		row->size = entry.layer.size;
		row->used = entry.used;
		row->is_shared = entry.has_layer &&
				 json_object_get(used, entry.layer.folder);
	}
	return 0;
}

static char *cache_id(const struct store *store, const char *path)
{
	autofree char *name = xasprintf("%s/cache.json", path);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *note = NULL;
	const char *id;

	if (jsonx_read(store->root_fd, name, CACHE_NOTE_MAX, &note, &ignored) <
	    0)
		return xstrdup("");
	id = json_string_value(json_object_get(note, "id"));
	return xstrdup(id ? id : "");
}

/* Folders with a file in them that is as old as their last use. */
static int list_folders(const struct store *store, const char *parent,
			enum build_usage_kind kind, struct build_usage *out,
			struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	const char *mark = kind == BUILD_USAGE_MOUNT ? "cache.json"
						     : "meta.json";

	if (store_list(store, parent, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = xasprintf("%s/%s", parent,
						names.items[i]);
		autofree char *whole = xasprintf("%s/%s", store->root, path);
		autofree char *file = xasprintf("%s/%s", path, mark);
		autoclean(error_release) struct error ignored = ERROR_INIT;
		struct build_usage_row *row = add_row(out);
		struct stat st;

		row->kind = kind;
		row->id = xstrdup(names.items[i]);
		row->description = kind == BUILD_USAGE_MOUNT
					   ? cache_id(store, path)
					   : xstrdup("");
		if (fstatat(store->root_fd, file, &st, AT_SYMLINK_NOFOLLOW) ==
		    0)
			row->used = clock_join(st.st_mtim.tv_sec,
					       st.st_mtim.tv_nsec);
		if (tree_size(whole, &row->size, &ignored) < 0)
			error_release(&ignored);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct build_usage_row *left = a;
	const struct build_usage_row *right = b;

	if (left->used != right->used)
		return left->used < right->used ? -1 : 1;
	return strcmp(left->id, right->id);
}

int build_usage_list(struct store *store, struct build_usage *out,
		     struct error *err)
{
	if (list_steps(store, out, err) < 0 ||
	    list_folders(store, CACHE_MOUNTS, BUILD_USAGE_MOUNT, out, err) <
		    0 ||
	    list_folders(store, FETCHED, BUILD_USAGE_FETCHED, out, err) < 0)
		return -1;
	if (out->count)
		qsort(out->rows, out->count, sizeof(*out->rows), compare);
	return 0;
}

static int remove_step(struct store *store, const struct build_usage_row *row,
		       struct strvec *layers, struct error *err)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	autofree char *text = xasprintf("sha256:%s", row->id);
	struct digest key;

	if (digest_parse(text, &key, err) < 0)
		return -1;
	if (step_cache_peek(store, &key, &entry) && entry.has_layer)
		strvec_add(layers, entry.layer.folder);
	return step_cache_remove(store, &key, err);
}

/* False when it is in use. */
static bool remove_folder(const struct store *store, const char *parent,
			  const char *name)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = xasprintf("%s/%s", parent, name);
	autoclose int fd = openat(store->root_fd, path,
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || lockfile_acquire(&lock, fd, "lock", LOCKFILE_EXCLUSIVE, 0,
				       &ignored) < 0)
		return false;
	return fs_remove_tree(store->root_fd, path, &ignored) == 0;
}

static bool is_wanted(const struct build_prune *request,
		      const struct build_usage_row *row, uint64_t total)
{
	if (request->has_most && total <= request->most)
		return false;
	if (request->has_until && row->used >= request->until)
		return false;
	if (request->only_steps && row->kind != BUILD_USAGE_STEP)
		return false;
	return !request->id ||
	       !strncmp(row->id, request->id, strlen(request->id)) ||
	       !strcmp(row->description, request->id);
}

static int remove_row(struct store *store, const struct build_usage_row *row,
		      struct strvec *layers, bool *removed_out,
		      struct error *err)
{
	*removed_out = true;
	if (row->kind == BUILD_USAGE_STEP)
		return remove_step(store, row, layers, err);
	*removed_out = remove_folder(
		store, row->kind == BUILD_USAGE_MOUNT ? CACHE_MOUNTS : FETCHED,
		row->id);
	return 0;
}

/* Layers that nothing names any more. */
static int sweep(struct store *store, const struct strvec *layers,
		 uint64_t *freed, struct error *err)
{
	autoclean(gc_plan_release) struct gc_plan plan = GC_PLAN_INIT;

	if (!layers->count)
		return 0;
	if (gc_plan_make(store, layers, &plan, err) < 0 ||
	    gc_plan_execute(store, &plan, err) < 0)
		return -1;
	*freed += plan.freed;
	return 0;
}

int build_prune(struct store *store, const struct build_prune *request,
		struct strvec *removed_out, uint64_t *freed_out,
		struct error *err)
{
	autoclean(build_usage_release) struct build_usage usage =
		BUILD_USAGE_INIT;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	uint64_t total = 0;

	*freed_out = 0;
	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    build_usage_list(store, &usage, err) < 0)
		return -1;
	for (size_t i = 0; i < usage.count; i++)
		total += usage.rows[i].is_shared ? 0 : usage.rows[i].size;
	for (size_t i = 0; i < usage.count; i++) {
		const struct build_usage_row *row = &usage.rows[i];
		bool removed;

		if (!is_wanted(request, row, total))
			continue;
		if (remove_row(store, row, &layers, &removed, err) < 0)
			return -1;
		if (!removed)
			continue;
		if (!row->is_shared)
			total -= row->size;
		if (row->kind != BUILD_USAGE_STEP)
			*freed_out += row->size;
		if (removed_out)
			strvec_add(removed_out, row->id);
	}
	return sweep(store, &layers, freed_out, err);
}

void build_usage_release(struct build_usage *usage)
{
	for (size_t i = 0; i < usage->count; i++) {
		free(usage->rows[i].id);
		free(usage->rows[i].description);
	}
	free(usage->rows);
	*usage = (struct build_usage)BUILD_USAGE_INIT;
}
