/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of `images`: dangling, label, label!, before, since, reference,
 * until. `reference` looks at each name: names that do not match are dropped
 * from an entry that stays.
 */
#ifndef CMD_IMAGE_FILTER_H
#define CMD_IMAGE_FILTER_H

#include "cmd/filter.h"
#include "cmd/front/image_entry.h"

/*
 * When an image was made. A build's time is that of its newest file, in whole
 * seconds: of two with the same time the one with more layers is the later one.
 */
struct image_moment {
	int64_t created; /* wall time */
	size_t layers;
};

/* What the filters mean once names and times in them are looked up. */
struct image_filter {
	const struct filter *given; /* borrowed */
	bool is_dangling;	    /* the value of `dangling` */
	bool has_before, has_since;
	struct image_moment before; /* only images made before */
	struct image_moment since;  /* only images made after */
};

/*
 * Check GIVEN and look up what it names. INVALID for an unknown filter or
 * value, NOT_FOUND for an image that is not here. NOW is for `until`.
 */
int image_filter_init(struct image_filter *filter, const struct store *store,
		      const struct filter *given, int64_t now,
		      struct error *err) must_check;

/* Drop the entries, and names in them, that FILTER does not let through. */
void image_filter_apply(const struct image_filter *filter,
			struct image_entries *entries);

#endif
