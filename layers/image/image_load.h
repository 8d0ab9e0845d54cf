/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading images from an archive, as `load` does: docker archives (old and
 * new form), OCI archives, OCI layouts in a folder; each compressed or not,
 * from a file or a pipe. The archive is read once. Everything is verified:
 * configs and blobs against the digests they are called by, every layer's
 * uncompressed bytes against the config. Names are given when all images of
 * the archive are whole; a failure before that leaves the store as it was.
 */
#ifndef LAYERS_IMAGE_LOAD_H
#define LAYERS_IMAGE_LOAD_H

#include "layers/image/image_events.h"
#include "layers/store/store.h"
#include "layers/tar/unpack.h"
#include "registry/spec/platform.h"

struct image_load {
	struct store *store;
	const struct unpack_source *source; /* the archive; NULL: a folder */
	int folder;			    /* an OCI layout, without source */
	const struct platform *platform;    /* NULL: this machine's */
	struct image_events events;
	struct unpack_limits limits;
	bool wait_for_disk; /* return only when all is flushed */
};

/* One name that was given, or an image that came without one. */
struct image_loaded {
	char *name; /* familiar form; NULL: the image has no name */
	struct digest id;
	struct digest replaced; /* what NAME meant before; may be unset */
};

struct image_load_result {
	struct image_loaded *items;
	size_t count;
};

#define IMAGE_LOAD_RESULT_INIT \
	{                      \
		NULL, 0        \
	}

/*
 * Load all images. INVALID when it is no image archive, CORRUPT when something
 * in it is not what it is called, NOT_FOUND when something is missing.
 */
int image_load(const struct image_load *request, struct image_load_result *out,
	       struct error *err) must_check;

/* Free the list. */
void image_load_result_release(struct image_load_result *result);
DEFINE_CLEANUP(struct image_load_result, image_load_result_release)

#endif
