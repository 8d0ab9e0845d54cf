/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who uses an image, and what docker says about removing one that is used or
 * has several names. The decision is a pure function of what was found;
 * nothing holds what was found in place, so removing leaves what containers
 * stand on alone whatever was decided here.
 */
#ifndef CMD_IMAGE_USE_H
#define CMD_IMAGE_USE_H

#include "layers/image/image_find.h"

enum { IMAGE_USE_ID_MAX = 13 };

struct image_use {
	struct digest image;
	/* short ids of containers; "" when there is none */
	char any[IMAGE_USE_ID_MAX];
	char running[IMAGE_USE_ID_MAX];
	char stopped[IMAGE_USE_ID_MAX];
	bool has_names;
	bool is_single; /* one tag at most, all names in one repository */
};

/* Find out who uses image ID and how it is named. */
int image_use_find(const struct store *store, const struct digest *id,
		   struct image_use *out, struct error *err) must_check;

/* Whether TAGS and DIGESTS (canonical) are one reference in docker's eyes. */
bool image_use_is_single(const struct strvec *tags,
			 const struct strvec *digests);

/* BUSY, in docker's words, when TEXT, a name of the image, must stay. */
int image_use_check_name(const struct image_use *use, const char *text,
			 bool is_forced, struct error *err) must_check;

/* BUSY, in docker's words, when the image must stay. */
int image_use_check_image(const struct image_use *use, bool is_forced,
			  struct error *err) must_check;

/* Whether the image stays without a name, because containers need it. */
bool image_use_is_kept(const struct image_use *use, bool is_forced);

#endif
