/* SPDX-License-Identifier: Apache-2.0 */
/* docker's rules for removing images. */
#include "cmd/front/image_use.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/front/container_entry.h"
#include "cmd/units.h"
#include "layers/store/container_folder.h"

static void note(char place[static IMAGE_USE_ID_MAX], const char *id)
{
	if (!place[0])
		(void)snprintf(place, IMAGE_USE_ID_MAX, "%.12s", id);
}

/* Looks at container ID, which may be gone by now. */
static int look(const struct store *store, const char *id,
		struct image_use *use, struct error *err)
{
	autoclean(strvec_release) struct strvec image = STRVEC_INIT;
	autoclean(container_entry_release) struct container_entry entry = {
		.container = CONTAINER_INIT
	};

	if (container_folder_uses(store, id, &image, NULL, err) < 0)
		return -1;
	if (!strvec_has(&image, use->image.text))
		return 0;
	if (container_entry_find(store, id, &entry, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	note(use->any, id);
	note(container_entry_is_running(&entry) ? use->running : use->stopped,
	     id);
	return 0;
}

/* The repository's part of a canonical name. */
static size_t repository_length(const char *name)
{
	const char *at = strchr(name, '@');
	const char *slash = strrchr(name, '/');
	const char *colon = strchr(slash ? slash : name, ':');

	if (at)
		return (size_t)(at - name);
	return colon ? (size_t)(colon - name) : strlen(name);
}

static bool is_same_repository(const char *a, const char *b)
{
	size_t length = repository_length(a);

	return length == repository_length(b) && !strncmp(a, b, length);
}

bool image_use_is_single(const struct strvec *tags,
			 const struct strvec *digests)
{
	const char *one;

	if (tags->count + digests->count < 2)
		return tags->count + digests->count == 1;
	if (tags->count > 1)
		return false;
	one = tags->count ? tags->items[0] : digests->items[0];
	for (size_t i = 0; i < digests->count; i++) {
		if (!is_same_repository(one, digests->items[i]))
			return false;
	}
	return true;
}

int image_use_find(const struct store *store, const struct digest *id,
		   struct image_use *out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autoclean(strvec_release) struct strvec digests = STRVEC_INIT;

	*out = (struct image_use){ .image = *id };
	if (image_record_names(store, id, &tags, &digests, err) < 0 ||
	    container_folder_list(store, "", &ids, err) < 0)
		return -1;
	out->has_names = tags.count || digests.count;
	out->is_single = image_use_is_single(&tags, &digests);
	strvec_sort(&ids);
	for (size_t i = 0; i < ids.count; i++) {
		if (look(store, ids.items[i], out, err) < 0)
			return -1;
	}
	return 0;
}

int image_use_check_name(const struct image_use *use, const char *text,
			 bool is_forced, struct error *err)
{
	autofree char *id = units_short_id(use->image.text);

	if (is_forced || !use->is_single || !use->any[0])
		return 0;
	return error_set(err, ERROR_BUSY,
			 "conflict: unable to remove repository reference "
			 "\"%s\" (must force) - container %s is using its "
			 "referenced image %s",
			 text, use->any, id);
}

static int conflict(const struct image_use *use, const char *force,
		    const char *why, struct error *err)
{
	autofree char *id = units_short_id(use->image.text);

	return error_set(err, ERROR_BUSY,
			 "conflict: unable to delete %s (%s be forced) - "
			 "image is %s",
			 id, force, why);
}

int image_use_check_image(const struct image_use *use, bool is_forced,
			  struct error *err)
{
	autofree char *running = xasprintf("being used by running container %s",
					   use->running);
	autofree char *stopped = xasprintf("being used by stopped container %s",
					   use->stopped);

	if (use->running[0])
		return conflict(use, "cannot", running, err);
	if (is_forced)
		return 0;
	if (use->has_names && !use->is_single)
		return conflict(use, "must",
				"referenced in multiple repositories", err);
	return use->stopped[0] ? conflict(use, "must", stopped, err) : 0;
}

bool image_use_is_kept(const struct image_use *use, bool is_forced)
{
	return is_forced ? use->running[0] : use->any[0];
}
