/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which images a prune takes: those without a tag, or with `all` every one
 * that no container stands on; narrowed by age and labels. The decision is a
 * pure function of facts about one image; image_prune_plan gathers the facts
 * and lists what goes. Removing is image_edit_remove, which may still find
 * that a container came to stand on an image meanwhile.
 */
#ifndef LAYERS_IMAGE_PRUNE_H
#define LAYERS_IMAGE_PRUNE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "layers/store/store.h"

struct image_prune_filter {
	bool all; /* tagged ones too */
	bool has_until;
	int64_t until;		 /* only images created before; nanoseconds */
	struct strvec labels;	 /* "key" or "key=value"; all must match */
	struct strvec no_labels; /* the same; none may match */
};

#define IMAGE_PRUNE_FILTER_INIT                           \
	{                                                 \
		false, false, 0, STRVEC_INIT, STRVEC_INIT \
	}

struct image_prune_fact {
	const char *id;
	bool is_tagged;	      /* has a name that is no digest */
	bool is_used;	      /* by a container */
	const json_t *config; /* the whole image config */
};

/* Whether the image that FACT tells of goes by FILTER. */
bool image_prune_takes(const struct image_prune_filter *filter,
		       const struct image_prune_fact *fact);

/* Append the ids of all images in STORE that go by FILTER to OUT. */
int image_prune_plan(const struct store *store,
		     const struct image_prune_filter *filter,
		     struct strvec *out, struct error *err) must_check;

/* Free the lists of labels. */
void image_prune_filter_release(struct image_prune_filter *filter);
DEFINE_CLEANUP(struct image_prune_filter, image_prune_filter_release)

#endif
