/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether every image has what its record speaks of: documents, blobs, layers
 * that are whole. An image that has not is mended from its blobs, or fetched
 * again from where one of its names says it came from.
 */
#ifndef LAYERS_CHECK_IMAGES_H
#define LAYERS_CHECK_IMAGES_H

#include "layers/image/check_report.h"
#include "layers/store/names.h"

/* Note which blobs belong to images known to be on disk. */
int check_images_firm(struct check *check, struct error *err) must_check;

/* Look at all images, and with a deep check inflate their layers. */
int check_images(struct check *check, struct error *err) must_check;

/*
 * Make the image that REF stands for whole again, by its manifest's digest.
 * The record is written anew.
 */
int check_images_mend(const struct check *check, const struct reference *ref,
		      const struct digest *manifest,
		      struct error *err) must_check;

#endif
