/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes into a saved archive: the images that the user's words mean, and
 * of them the members, each once, in the order they are written. Made before
 * the first byte goes out, so that what is missing is told in time; a lease
 * holds everything until the plan is released.
 *
 *   docker-archive  layers uncompressed; manifest.json, and beside it an OCI
 *                   layout of the same members, as docker 25 writes it
 *   oci-archive,    the manifest and its blobs byte for byte as they came, or
 *   oci             uncompressed where a blob is not here any more
 */
#ifndef LAYERS_SAVE_PLAN_H
#define LAYERS_SAVE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/strvec.h"
#include "layers/image/save_images.h"
#include "layers/store/lease.h"

/* Names below this registry are not written down: builds without a tag. */
#define SAVE_UNNAMED "untagged.imgctl.invalid"

enum save_format {
	SAVE_NONE = 0,
	SAVE_DOCKER_ARCHIVE,
	SAVE_OCI_ARCHIVE,
	SAVE_OCI, /* a folder */
};

/* One member; exactly one of text, layer and blob says what is in it. */
struct save_member {
	char *name;
	uint64_t size;
	char *text;			 /* owned */
	const struct image_layer *layer; /* uncompressed; borrowed */
	struct digest blob;		 /* as it is */
};

struct save_plan {
	struct save_images images;
	struct save_member *members;
	size_t member_count;
	struct lease lease;
};

#define SAVE_PLAN_INIT                                \
	{                                             \
		SAVE_IMAGES_INIT, NULL, 0, LEASE_INIT \
	}

/*
 * Plan to save what TEXTS (names or ids; a name without a tag means all tags)
 * mean. NOT_FOUND names what is not here.
 */
int save_plan_make(struct store *store, enum save_format format,
		   const struct strvec *texts, struct save_plan *out,
		   struct error *err) must_check;

/* Free what it owns and let go of the blobs. */
void save_plan_release(struct save_plan *plan);
DEFINE_CLEANUP(struct save_plan, save_plan_release)

#endif
