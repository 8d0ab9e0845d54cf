/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attestation manifest of one image, as BuildKit writes it: a manifest
 * whose layers are in-toto statements (v0.1), each about the image's manifest
 * under all its names.
 */
#ifndef LAYERS_ATTESTATION_MAKE_H
#define LAYERS_ATTESTATION_MAKE_H

#include <jansson.h>

#include "layers/image/archive_spool.h"
#include "registry/spec/descriptor.h"
#include "registry/spec/reference.h"

/* What is stated of an image. */
struct attestation {
	const char *type; /* of the predicate, an address */
	const json_t *predicate;
};

struct attestation_make {
	struct archive_spool *spool;
	const struct descriptor *image; /* the manifest that is spoken of */
	const struct platform *platform;
	const struct reference *names;
	size_t name_count;
};

/*
 * Store statements and manifest; OUT describes the manifest as an index lists
 * it.
 */
int attestation_make(const struct attestation_make *request,
		     const struct attestation *stated, size_t count,
		     struct descriptor *out, struct error *err) must_check;

#endif
