/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image that a stage has come to: its configuration document, its layers,
 * and how old it is. An image is as old as the newest thing in it, so that the
 * same inputs give the same documents on any day: steps that make no files do
 * not make it younger, and a copied file is as old as it was where it lay.
 */
#ifndef BUILDER_IMAGE_STATE_H
#define BUILDER_IMAGE_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "layers/image/layer_made.h"
#include "layers/store/image_record.h"
#include "registry/spec/platform.h"

struct image_state {
	json_t *document; /* the whole configuration; own */
	struct image_layer *layers;
	size_t layer_count;
	int64_t created;   /* seconds since 1970 */
	size_t base_count; /* of the layers: the base image's */
	bool is_fixed;	   /* it does not grow: SOURCE_DATE_EPOCH */
	char *name;	   /* of the base image, for people; NULL: scratch */
};

#define IMAGE_STATE_INIT                         \
	{                                        \
		NULL, NULL, 0, 0, 0, false, NULL \
	}

/* What a step adds to the history. */
struct image_step {
	const char *created_by;
	const struct layer_made *layer; /* NULL: it made none */
};

/* Begin with nothing, for PLATFORM. */
void image_state_scratch(const struct platform *platform,
			 struct image_state *out);

/* Begin with an image. CORRUPT when its configuration makes no sense. */
int image_state_from(const struct image_record *record, const char *name,
		     struct image_state *out, struct error *err) must_check;

/* Make TO (released first) a copy of FROM. */
void image_state_copy(const struct image_state *from, struct image_state *to);

/* The "config" object, borrowed; settings are changed in it. */
json_t *image_state_config(struct image_state *state);

/* Add what STEP did to the history, and its layer. */
void image_state_add(struct image_state *state, const struct image_step *step);

/* Append the folders of its layers, lowest first. */
void image_state_folders(const struct image_state *state, struct strvec *out);

/* Free what it owns. */
void image_state_release(struct image_state *state);
DEFINE_CLEANUP(struct image_state, image_state_release)

#endif
