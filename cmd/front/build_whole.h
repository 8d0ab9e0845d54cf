/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the names of a build mean when that is more than one image: an index of
 * several platforms, attestations beside the image, annotations. It is made by
 * the companion, because the layers are compressed for it.
 */
#ifndef CMD_BUILD_WHOLE_H
#define CMD_BUILD_WHOLE_H

#include <jansson.h>

#include "base/digest.h"
#include "base/strvec.h"
#include "cmd/context.h"

struct build_whole {
	struct digest digest; /* DIGEST_NONE: there is none */
	char *media_type;
	int64_t size;
	char *reserved; /* a name that keeps it until the build ends, or NULL */
};

/* One image of it. */
struct build_whole_image {
	const struct digest *id;
	const char *platform;
	json_t *annotations;  /* of its manifest; own, or NULL */
	json_t *descriptor;   /* of its entry; own, or NULL */
	json_t *attestations; /* [{"type", "predicate"}]; own, or NULL */
};

struct build_whole_request {
	const struct build_whole_image *images;
	size_t count;
	const struct strvec *names; /* canonical; none: it is kept by no name */
	const json_t *annotations;  /* of the index, or NULL */
	const json_t *descriptor;   /* of what the names mean, or NULL */
	bool is_index;		    /* also around one image */
	bool is_kept;		    /* until the build ends, without a name */
};

/* Make it and give the names to it. */
int build_whole_make(const struct context *context,
		     const struct build_whole_request *request,
		     struct build_whole *out, struct error *err) must_check;

/* Take the reserved name away again; the images stay. */
void build_whole_let_go(struct store *store, struct build_whole *whole);

/* Free what it owns. */
void build_whole_release(struct build_whole *whole);
DEFINE_CLEANUP(struct build_whole, build_whole_release)

/* Free what it owns. */
void build_whole_image_release(struct build_whole_image *image);

#endif
