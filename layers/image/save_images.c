/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the images to save. */
#include "layers/image/save_images.h"

#include "base/alloc.h"
#include "layers/image/image_find.h"
#include "layers/store/names.h"

/* The place of image ID, made when it was not mentioned before. */
static int find_place(const struct store *store, struct save_images *images,
		      const struct digest *id, struct save_image **out,
		      struct error *err)
{
	struct image_record record;

	for (size_t i = 0; i < images->count; i++) {
		*out = &images->items[i];
		if (digest_is_equal(&(*out)->record.id, id))
			return 0;
	}
	if (image_record_load(store, id, &record, err) < 0)
		return -1;
	images->items = xreallocarray(images->items, images->count + 1,
				      sizeof(*images->items));
	*out = &images->items[images->count++];
	**out = (struct save_image){ record, STRVEC_INIT };
	return 0;
}

static int add_image(const struct store *store, struct save_images *images,
		     const struct image_match *match, struct error *err)
{
	struct save_image *image;
	autofree char *name = NULL;

	if (find_place(store, images, &match->id, &image, err) < 0)
		return -1;
	if (!match->by_name || match->name.digest)
		return 0;
	name = reference_format(&match->name);
	if (!strvec_has(&image->names, name))
		strvec_add(&image->names, name);
	return 0;
}

/* All tags of a repository; FOUND stays false when there are none. */
static int add_repository(const struct store *store, struct save_images *images,
			  const struct reference *repository, bool *found,
			  struct error *err)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;

	if (names_tags(store, repository, &tags, err) < 0)
		return -1;
	for (size_t i = 0; i < tags.count; i++) {
		autoclean(image_match_release) struct image_match match =
			IMAGE_MATCH_INIT;
		autoclean(name_record_release) struct name_record record =
			NAME_RECORD_INIT;

		reference_copy(repository, &match.name);
		match.name.tag = xstrdup(tags.items[i]);
		if (names_get(store, &match.name, &record, err) < 0) {
			if (err->kind != ERROR_NOT_FOUND)
				return -1;
			error_release(err); /* damaged: as if it was not */
			continue;
		}
		match.id = record.image;
		match.by_name = true;
		if (add_image(store, images, &match, err) < 0)
			return -1;
		*found = true;
	}
	return 0;
}

static int add_text(const struct store *store, struct save_images *images,
		    const char *text, struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error no_name = ERROR_INIT;
	bool found = false;

	if (reference_parse(text, &ref, &no_name) == 0 && !ref.tag &&
	    !ref.digest && add_repository(store, images, &ref, &found, err) < 0)
		return -1;
	if (found)
		return 0;
	if (image_find(store, text, &match, err) < 0)
		return -1;
	return add_image(store, images, &match, err);
}

int save_images_find(const struct store *store, const struct strvec *texts,
		     struct save_images *out, struct error *err)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (add_text(store, out, texts->items[i], err) < 0)
			return -1;
	}
	return 0;
}

void save_images_release(struct save_images *images)
{
	for (size_t i = 0; i < images->count; i++) {
		image_record_release(&images->items[i].record);
		strvec_release(&images->items[i].names);
	}
	free(images->items);
	*images = (struct save_images)SAVE_IMAGES_INIT;
}
