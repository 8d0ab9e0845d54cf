/* SPDX-License-Identifier: Apache-2.0 */
/* Names given and taken, images removed. */
#include "layers/image/image_edit.h"
#include "layers/image/image_event.h"

#include <string.h>

#include "base/alloc.h"
#include "layers/store/blob.h"
#include "layers/store/container_folder.h"
#include "layers/store/gc.h"
#include "layers/store/index_blobs.h"
#include "layers/store/layout.h"

static int add_to_members(const struct store *store,
			  const struct name_record *record, const char *name,
			  struct error *err)
{
	for (size_t i = 0; i < record->members.count; i++) {
		struct digest id;

		if (digest_parse(record->members.items[i], &id, err) < 0 ||
		    image_record_add_name(store, &id, name, err) < 0)
			return -1;
	}
	return 0;
}

/* Writes the name everywhere; the caller holds the lock. */
static int put_name(struct store *store, const struct reference *ref,
		    const struct name_record *record, struct error *err)
{
	autofree char *text = reference_format(ref);

	/* the images' lists first: they must never miss a name that counts */
	if (image_record_add_name(store, &record->image, text, err) < 0 ||
	    add_to_members(store, record, text, err) < 0 ||
	    names_put(store, ref, record, err) < 0)
		return -1;
	return ref->digest ? 0 : layout_put(store, ref, record, err);
}

int image_edit_name(struct store *store, const struct reference *ref,
		    const struct name_record *record, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	return put_name(store, ref, record, err);
}

/* What the image's own manifest is, for a name that no registry gave. */
static void describe(const struct image_record *image,
		     struct name_record *record)
{
	record->image = image->id;
	record->manifest = image->manifest;
	record->target = image->manifest;
	record->media_type = xstrdup(image->manifest_type);
	record->size = image->manifest_size;
}

int image_edit_tag_match(struct store *store, const struct image_match *match,
			 const struct reference *ref, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;

	if (!match->by_name)
		return image_edit_tag(store, &match->id, ref, err);
	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    names_get(store, &match->name, &record, err) < 0)
		return -1;
	if (!record.is_whole) {
		lockfile_release(&lock);
		return image_edit_tag(store, &match->id, ref, err);
	}
	if (put_name(store, ref, &record, err) < 0 ||
	    image_record_touch(store, &record.image, err) < 0)
		return -1;
	image_event(store, "tag", &record.image, ref);
	return 0;
}

int image_edit_tag(struct store *store, const struct digest *id,
		   const struct reference *ref, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    image_record_load(store, id, &image, err) < 0)
		return -1;
	describe(&image, &record);
	if (put_name(store, ref, &record, err) < 0 ||
	    image_record_touch(store, id, err) < 0)
		return -1;
	image_event(store, "tag", id, ref);
	return 0;
}

int image_edit_tag_known(struct store *store, const struct name_record *record,
			 const struct reference *ref, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	if (!blob_exists(store, &record->manifest, NULL)) {
		/* a push has given the image another one meanwhile */
		lockfile_release(&lock);
		return image_edit_tag(store, &record->image, ref, err);
	}
	/* the same again is the usual end of a build */
	if (image_record_touch(store, &record->image, err) < 0 ||
	    (!names_has(store, ref, record) &&
	     put_name(store, ref, record, err) < 0))
		return -1;
	image_event(store, "tag", &record->image, ref);
	return 0;
}

/* Takes one name away everywhere; the caller holds the lock. */
static int drop_name(struct store *store, const struct digest *id,
		     const char *name, struct image_removal *out,
		     struct error *err)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;

	if (reference_parse(name, &ref, err) < 0)
		return -1;
	if (names_remove(store, &ref, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
	}
	if ((!ref.digest && layout_drop(store, &ref, err) < 0) ||
	    image_record_drop_name(store, id, name, err) < 0)
		return -1;
	strvec_take(&out->untagged, reference_familiar(&ref));
	image_event(store, "untag", id, NULL);
	return 0;
}

/* Whether TEXT is a name in the repository of REF. */
static bool is_in_repository(const char *text, const struct reference *ref)
{
	autofree char *prefix = xasprintf("%s/%s", ref->domain, ref->path);
	size_t length = strlen(prefix);

	return !strncmp(text, prefix, length) &&
	       (text[length] == ':' || text[length] == '@');
}

static bool has_tag_in(const struct strvec *tags, const struct reference *ref)
{
	for (size_t i = 0; i < tags->count; i++) {
		if (is_in_repository(tags->items[i], ref))
			return true;
	}
	return false;
}

static void add_candidates(const struct image_record *image, struct strvec *out)
{
	strvec_add(out, image->id.text);
	if (image->manifest.algorithm != DIGEST_NONE)
		strvec_add(out, image->manifest.text);
	for (size_t i = image->layer_count; i > 0; i--) {
		const struct image_layer *layer = &image->layers[i - 1];

		if (layer->blob.algorithm != DIGEST_NONE)
			strvec_add(out, layer->blob.text);
		strvec_add(out, layer->folder);
	}
}

/* Removes the record and sweeps what only it used. */
static int remove_image(struct store *store, const struct image_record *image,
			const struct strvec *targets, struct image_removal *out,
			struct error *err)
{
	autoclean(strvec_release) struct strvec candidates = STRVEC_INIT;
	autoclean(gc_plan_release) struct gc_plan plan = GC_PLAN_INIT;

	add_candidates(image, &candidates);
	strvec_extend(&candidates, targets->items, targets->count);
	if (image_record_remove(store, &image->id, err) < 0 ||
	    gc_plan_make(store, &candidates, &plan, err) < 0 ||
	    gc_plan_execute(store, &plan, err) < 0)
		return -1;
	strvec_add(&out->deleted, image->id.text);
	for (size_t i = image->layer_count; i > 0; i--) {
		const struct image_layer *layer = &image->layers[i - 1];

		if (strvec_has(&plan.layers, layer->folder))
			strvec_add(&out->deleted, layer->diff_id.text);
	}
	out->freed += plan.freed;
	image_event(store, "delete", &image->id, NULL);
	return 0;
}

/* What names that go stood for: an index goes with its last name. */
struct wake {
	struct strvec targets; /* documents that may go */
	struct strvec members; /* images of other platforms */
};

#define WAKE_INIT                        \
	{                                \
		STRVEC_INIT, STRVEC_INIT \
	}

static void wake_release(struct wake *wake)
{
	strvec_release(&wake->targets);
	strvec_release(&wake->members);
}
DEFINE_CLEANUP(struct wake, wake_release)

static void note_record(const struct store *store,
			const struct name_record *record, struct wake *wake)
{
	if (record->is_whole)
		index_blobs_list(store, &record->target, &wake->targets);
	else
		strvec_add(&wake->targets, record->target.text);
	strvec_extend(&wake->members, record->members.items,
		      record->members.count);
}

static void note_target(const struct store *store, const char *name,
			struct wake *wake)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (reference_parse(name, &ref, &ignored) == 0 &&
	    names_get(store, &ref, &record, &ignored) == 0)
		note_record(store, &record, wake);
}

static int drop_names(struct store *store, const struct digest *id,
		      const struct strvec *names, struct wake *wake,
		      struct image_removal *out, struct error *err)
{
	for (size_t i = 0; i < names->count; i++) {
		note_target(store, names->items[i], wake);
		if (drop_name(store, id, names->items[i], out, err) < 0)
			return -1;
	}
	return 0;
}

/* The repository's digests, once none of its tags means this image. */
static int drop_digests(struct store *store, const struct digest *id,
			const struct reference *repository, struct wake *wake,
			struct image_removal *out, struct error *err)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autoclean(strvec_release) struct strvec digests = STRVEC_INIT;
	autoclean(strvec_release) struct strvec going = STRVEC_INIT;

	if (image_record_names(store, id, &tags, &digests, err) < 0)
		return -1;
	if (has_tag_in(&tags, repository))
		return 0;
	for (size_t i = 0; i < digests.count; i++) {
		if (is_in_repository(digests.items[i], repository))
			strvec_add(&going, digests.items[i]);
	}
	return drop_names(store, id, &going, wake, out, err);
}

/* Whether a container stands on the image. */
static int is_used(const struct store *store, const struct digest *id,
		   bool *out, struct error *err)
{
	autoclean(strvec_release) struct strvec containers = STRVEC_INIT;
	autoclean(strvec_release) struct strvec images = STRVEC_INIT;

	if (container_folder_list(store, "", &containers, err) < 0)
		return -1;
	for (size_t i = 0; i < containers.count; i++)
		if (container_folder_uses(store, containers.items[i], &images,
					  NULL, err) < 0)
			return -1;
	*out = strvec_has(&images, id->text);
	return 0;
}

/* One image that an index had for another platform, unless it is wanted. */
static int drop_member(struct store *store, const char *text,
		       const struct wake *wake, struct image_removal *out,
		       struct error *err)
{
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	struct digest id;
	bool is_kept = false;

	if (digest_parse(text, &id, err) < 0 ||
	    image_record_names(store, &id, &names, &names, err) < 0 ||
	    image_record_holders(store, &id, &names, err) < 0 ||
	    is_used(store, &id, &is_kept, err) < 0)
		return -1;
	if (names.count || is_kept)
		return 0;
	if (image_record_load(store, &id, &image, err) == 0)
		return remove_image(store, &image, &wake->targets, out, err);
	error_release(err); /* gone already, or nothing to remove */
	return image_record_remove(store, &id, err);
}

static int drop_members(struct store *store, const struct wake *wake,
			struct image_removal *out, struct error *err)
{
	for (size_t i = 0; i < wake->members.count; i++)
		if (drop_member(store, wake->members.items[i], wake, out, err) <
		    0)
			return -1;
	return 0;
}

/* The image itself, once no name is left. */
static int drop_image(struct store *store, const struct digest *id,
		      const struct wake *wake, struct image_removal *out,
		      struct error *err)
{
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(strvec_release) struct strvec left = STRVEC_INIT;

	if (image_record_names(store, id, &left, &left, err) < 0 ||
	    image_record_holders(store, id, &left, err) < 0)
		return -1;
	if (left.count)
		return 0;
	if (image_record_load(store, id, &image, err) < 0) {
		error_release(err); /* a damaged one has nothing to remove */
		return image_record_remove(store, id, err);
	}
	return remove_image(store, &image, &wake->targets, out, err);
}

int image_edit_untag(struct store *store, const struct reference *name,
		     bool keep, struct image_removal *out, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(wake_release) struct wake wake = WAKE_INIT;
	autofree char *text = reference_format(name);

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    names_get(store, name, &record, err) < 0)
		return -1;
	note_record(store, &record, &wake);
	if (drop_name(store, &record.image, text, out, err) < 0 ||
	    drop_digests(store, &record.image, name, &wake, out, err) < 0)
		return -1;
	if (!keep && drop_image(store, &record.image, &wake, out, err) < 0)
		return -1;
	return drop_members(store, &wake, out, err);
}

int image_edit_forget(struct store *store, const struct reference *name,
		      struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(image_removal_release) struct image_removal ignored =
		IMAGE_REMOVAL_INIT;
	autofree char *text = reference_format(name);

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    names_get(store, name, &record, err) < 0)
		return -1;
	return drop_name(store, &record.image, text, &ignored, err);
}

int image_edit_remove(struct store *store, const struct digest *id,
		      struct image_removal *out, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(wake_release) struct wake wake = WAKE_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    image_record_load(store, id, &image, err) < 0 ||
	    image_record_names(store, id, &names, &names, err) < 0 ||
	    drop_names(store, id, &names, &wake, out, err) < 0 ||
	    remove_image(store, &image, &wake.targets, out, err) < 0)
		return -1;
	return drop_members(store, &wake, out, err);
}

void image_removal_release(struct image_removal *removal)
{
	strvec_release(&removal->untagged);
	strvec_release(&removal->deleted);
	removal->freed = 0;
}
