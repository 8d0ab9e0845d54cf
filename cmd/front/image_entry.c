/* SPDX-License-Identifier: Apache-2.0 */
/* Loading images with their names. */
#include "cmd/front/image_entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "cmd/front/shape.h"

const char *image_entry_text(const struct image_entry *entry, const char *key)
{
	return shape_text(entry->record.config, key);
}

/* Dates before 1678 do not fit; nobody means any of them but Go's zero. */
static int64_t parse_created(const char *text)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	int64_t created;

	if (clock_parse(text, &created, &ignored) == 0)
		return created;
	return strncmp(text, "0001-01-01T", 11) ? 0 : IMAGE_ENTRY_AGELESS;
}

int image_entry_load(const struct store *store, const struct digest *id,
		     struct image_entry *out, struct error *err)
{
	*out = (struct image_entry){ .record = IMAGE_RECORD_INIT };
	if (image_record_load(store, id, &out->record, err) < 0)
		return -1;
	if (image_record_names(store, id, &out->tags, &out->digests, err) < 0) {
		image_entry_release(out);
		return -1;
	}
	out->created = parse_created(image_entry_text(out, "created"));
	return 0;
}

/* An image that only an index of several platforms has is shown as that. */
static int is_held(const struct store *store, const struct image_entry *entry,
		   bool *out, struct error *err)
{
	autoclean(strvec_release) struct strvec holders = STRVEC_INIT;

	if (!entry->tags.count && !entry->digests.count &&
	    image_record_holders(store, &entry->record.id, &holders, err) < 0)
		return -1;
	*out = holders.count > 0;
	return 0;
}

void image_entry_release(struct image_entry *entry)
{
	image_record_release(&entry->record);
	strvec_release(&entry->tags);
	strvec_release(&entry->digests);
}

static int newest_first(const void *a, const void *b)
{
	const struct image_entry *one = a;
	const struct image_entry *two = b;

	if (one->created != two->created)
		return one->created < two->created ? 1 : -1;
	/* built within a second */
	if (one->record.layer_count != two->record.layer_count)
		return one->record.layer_count < two->record.layer_count ? 1
									 : -1;
	return strcmp(one->record.id.text, two->record.id.text);
}

int image_entries_load(const struct store *store, struct image_entries *out,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (image_record_list(store, &ids, err) < 0)
		return -1;
	out->items = xcalloc(ids.count, sizeof(*out->items));
	for (size_t i = 0; i < ids.count; i++) {
		struct digest id;

		if (digest_parse(ids.items[i], &id, err) == 0 &&
		    image_entry_load(store, &id, &out->items[out->count],
				     err) == 0) {
			struct image_entry *entry = &out->items[out->count++];

			if (is_held(store, entry, &entry->is_held, err) < 0)
				return -1;
			continue;
		}
		/* another process removed it, or a crash left half of it */
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID)
			return -1;
		log_warn_error("images", err, "image=%s", ids.items[i]);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items),
		      newest_first);
	return 0;
}

void image_entries_drop(struct image_entries *entries, size_t index)
{
	image_entry_release(&entries->items[index]);
	entries->count--;
	memmove(&entries->items[index], &entries->items[index + 1],
		(entries->count - index) * sizeof(*entries->items));
}

void image_entries_release(struct image_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		image_entry_release(&entries->items[i]);
	free(entries->items);
	*entries = (struct image_entries)IMAGE_ENTRIES_INIT;
}
