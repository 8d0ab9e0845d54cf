/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCI image index or docker manifest list, and the choice of the manifest
 * for a platform (OCI image-spec, image-index.md).
 *
 * The choice never falls on an attestation (platform unknown/unknown, or
 * marked by docker's annotation) nor on something that is neither a manifest
 * nor an index. It may fall on a nested index; the caller reads on, at most
 * REGISTRY_INDEX_DEPTH_MAX deep. Among equals the first one wins.
 */
#ifndef REGISTRY_SPEC_INDEX_H
#define REGISTRY_SPEC_INDEX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "registry/spec/descriptor.h"
#include "registry/spec/mediatype.h"
#include "registry/spec/platform.h"

struct image_index {
	enum mediatype type;
	struct descriptor *manifests;
	size_t count;
	json_t *annotations; /* own reference, or NULL */
	char *artifact_type; /* or NULL */
};

#define IMAGE_INDEX_INIT                            \
	{                                           \
		MEDIATYPE_NONE, NULL, 0, NULL, NULL \
	}

/*
 * Parse LENGTH bytes served as CONTENT_TYPE (NULL: unknown). INVALID when
 * malformed, ambiguous or a manifest, UNSUPPORTED for docker's schema 1.
 */
int image_index_parse(const char *bytes, size_t length,
		      const char *content_type, struct image_index *out,
		      struct error *err) must_check;

/*
 * The best entry for WANT, borrowed from INDEX. An entry that names no
 * platform is taken when no other fits; check its config then. NOT_FOUND,
 * listing what there is, when nothing fits.
 */
int image_index_select(const struct image_index *index,
		       const struct platform *want,
		       const struct descriptor **out,
		       struct error *err) must_check;

/*
 * Parse LENGTH bytes of an index and describe its best entry for WANT (NULL:
 * this host) in OUT, the caller's to release. Errors as of the two above.
 */
int image_index_choose(const char *bytes, size_t length,
		       const struct platform *want, struct descriptor *out,
		       struct error *err) must_check;

/* Whether ENTRY describes another entry (provenance, SBOM) and is no image. */
bool image_index_is_attestation(const struct descriptor *entry);

/* Free what it owns and return to the initial state. */
void image_index_release(struct image_index *index);
DEFINE_CLEANUP(struct image_index, image_index_release)

#endif
