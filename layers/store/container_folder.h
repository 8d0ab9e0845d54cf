/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where containers live in the store. This folder knows only that each has a
 * folder of its own with a container.json that names the image and the layers
 * it stands on; what else is in there is the runtime's business.
 *
 *   containers/<hh>/<id>/container.json   "image": id, "layers": [names]
 */
#ifndef LAYERS_CONTAINER_FOLDER_H
#define LAYERS_CONTAINER_FOLDER_H

#include "base/strvec.h"
#include "layers/store/store.h"

enum { CONTAINER_ID_DIGITS = 64, CONTAINER_FILE_LIMIT = 16 << 20 };

/* The folder of container ID below the root; the caller frees it. */
char *container_folder_path(const char *id) __attribute__((returns_nonnull));

/*
 * Append the ids of all containers that begin with the hexadecimal PREFIX
 * ("" for all), in no order. With two digits or more only a small part of the
 * store is read.
 */
int container_folder_list(const struct store *store, const char *prefix,
			  struct strvec *out, struct error *err) must_check;

/*
 * Append what container ID stands on: its image's id to IMAGE and its layers'
 * names to LAYERS (either may be NULL). A damaged container stands on nothing.
 */
int container_folder_uses(const struct store *store, const char *id,
			  struct strvec *image, struct strvec *layers,
			  struct error *err) must_check;

#endif
