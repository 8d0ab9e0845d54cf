/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --squash and --squash-all: the layers of an image from one on made one layer.
 * The history says so, and keeps what each step was.
 */
#ifndef BUILDER_IMAGE_SQUASH_H
#define BUILDER_IMAGE_SQUASH_H

#include "builder/image/image_state.h"
#include "layers/store/lease.h"

/* Squash the layers of IMAGE but the first KEPT. LEASE gets the new one. */
int image_squash(struct store *store, struct image_state *image, size_t kept,
		 struct lease *lease, struct error *err) must_check;

#endif
