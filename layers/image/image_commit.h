/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image made of what a container changed: the layers of the container's
 * image, and upon them its upper directory as one layer more, unless that is
 * empty. The configuration is the container's own, with changes.
 *
 * Nothing should write to the upper directory meanwhile: the caller freezes
 * the container.
 */
#ifndef LAYERS_IMAGE_COMMIT_H
#define LAYERS_IMAGE_COMMIT_H

#include "base/idshift.h"
#include "base/strvec.h"
#include "layers/store/image_record.h"
#include "layers/tar/unpack.h"
#include "registry/spec/reference.h"

struct image_commit {
	struct store *store;
	const struct image_record *base; /* the container's image */
	int upper_fd;
	const struct idshift *ids;    /* of owners there; or NULL */
	const json_t *config;	      /* docker's Config of the container */
	const struct strvec *changes; /* instructions, see config_change.h */
	const char *author;	      /* NULL: nobody */
	const char *message;	      /* of the history; NULL: none */
	const struct reference *name; /* with a tag; NULL: none */
	int64_t created;	      /* nanoseconds since 1970 */
	struct unpack_limits limits;
};

/*
 * Make the image and store its id. INVALID for a change that is none; nothing
 * is left of it then.
 */
int image_commit(const struct image_commit *request, struct digest *id_out,
		 struct error *err) must_check;

#endif
