/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images as rows of `images`: one for each tag, for each digest of a tag when
 * digests are shown, and one for what has no name at all. Fields are the
 * strings that --format uses. Pure.
 */
#ifndef CMD_IMAGE_ROWS_H
#define CMD_IMAGE_ROWS_H

#include "cmd/front/image_entry.h"

struct image_rows_options {
	bool has_digests; /* a row for each digest */
	bool is_whole;	  /* ids are not cut */
	int64_t now;
};

/* The rows of ENTRIES in their order: an array of objects, a new reference. */
json_t *image_rows_make(const struct image_entries *entries,
			const struct image_rows_options *options);

#endif
