/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a user types to an image: a name (as docker reads names), a name
 * with a digest, a whole id, or the unambiguous start of one. A name wins over
 * an id that looks the same.
 */
#ifndef LAYERS_IMAGE_FIND_H
#define LAYERS_IMAGE_FIND_H

#include "layers/store/image_record.h"

struct image_match {
	struct digest id;
	bool by_name;	       /* TEXT named it; otherwise by its id */
	struct reference name; /* the name, tag defaulted, when by_name */
};

#define IMAGE_MATCH_INIT                                   \
	{                                                  \
		{ DIGEST_NONE, "" }, false, REFERENCE_INIT \
	}

/*
 * Find the image TEXT means, without loading its record. NOT_FOUND says
 * "No such image"; INVALID when TEXT is neither a name nor an id, or when it
 * begins several ids.
 */
int image_find(const struct store *store, const char *text,
	       struct image_match *out, struct error *err) must_check;

/* Free what a match owns. */
void image_match_release(struct image_match *match);
DEFINE_CLEANUP(struct image_match, image_match_release)

#endif
