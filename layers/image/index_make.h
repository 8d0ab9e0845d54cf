/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From images that are here to what a name of several platforms, of
 * attestations or of annotations means: manifests and an index around them
 * (OCI image-spec, image-index.md; attestations as BuildKit writes them).
 *
 *   index ── manifest of each image, with its platform
 *        └── for each image with attestations a manifest of platform
 *            unknown/unknown, annotated with the digest of the manifest it
 *            speaks of; its layers are in-toto statements
 *
 * Attestations name the image by its manifest's digest, so the layers are
 * compressed first: it is the manifest that a push will send. The same images
 * and predicates give the same digests.
 */
#ifndef LAYERS_INDEX_MAKE_H
#define LAYERS_INDEX_MAKE_H

#include <jansson.h>

#include "layers/image/attestation_make.h"
#include "layers/store/names.h"
#include "registry/spec/platform.h"

struct index_image {
	struct digest id;
	struct platform platform;
	const json_t *annotations; /* of its manifest; NULL: none */
	const json_t *descriptor;  /* annotations of its entry; NULL: none */
	const struct attestation *attestations;
	size_t attestation_count;
};

struct index_make {
	struct store *store;
	const struct index_image *images; /* at least one */
	size_t count;
	const struct reference *names; /* with tags; may be none */
	size_t name_count;
	const json_t *annotations; /* of the index; NULL: none */
	const json_t *descriptor;  /* of what the names mean; NULL: none */
	bool is_index;		   /* also around a single image */
};

/*
 * Make the documents and give the names to them; what they mean is described in
 * OUT. NOT_FOUND when an image is not here; CORRUPT when a layer's files are
 * not those that it was made of.
 */
int index_make(const struct index_make *request, struct name_record *out,
	       struct error *err) must_check;

#endif
