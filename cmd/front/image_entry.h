/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images with their names, as lists, filters and inspect want them. Loading
 * all of them reads two small files each; nothing is computed.
 */
#ifndef CMD_IMAGE_ENTRY_H
#define CMD_IMAGE_ENTRY_H

#include "layers/store/image_record.h"

/* When builders that hide dates say that an image was made: in the year 1. */
#define IMAGE_ENTRY_AGELESS INT64_MIN

struct image_entry {
	struct image_record record;
	struct strvec tags;    /* canonical references, sorted */
	struct strvec digests; /* canonical references, sorted */
	/* wall time; 0: nothing was said; IMAGE_ENTRY_AGELESS: year 1 */
	int64_t created;
	bool is_held; /* no name means it, but one's index has it */
};

struct image_entries {
	struct image_entry *items;
	size_t count;
};

#define IMAGE_ENTRIES_INIT \
	{                  \
		NULL, 0    \
	}

/* Load every image, newest first. Damaged ones are left out. */
int image_entries_load(const struct store *store, struct image_entries *out,
		       struct error *err) must_check;

/* Drop the entry at INDEX, keeping the order of the others. */
void image_entries_drop(struct image_entries *entries, size_t index);

/* Free the entries. */
void image_entries_release(struct image_entries *entries);
DEFINE_CLEANUP(struct image_entries, image_entries_release)

/* Load the one image ID into OUT; NOT_FOUND when it is not here. */
int image_entry_load(const struct store *store, const struct digest *id,
		     struct image_entry *out, struct error *err) must_check;

/* The string that the config has under KEY, borrowed; "" without one. */
const char *image_entry_text(const struct image_entry *entry, const char *key);

/* Free an entry. */
void image_entry_release(struct image_entry *entry);
DEFINE_CLEANUP(struct image_entry, image_entry_release)

#endif
