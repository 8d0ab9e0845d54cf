/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes OCI manifests for images that have none, or none that fits: loaded
 * from a docker archive, imported, saved without compression. The same parts
 * give the same bytes.
 */
#ifndef LAYERS_MANIFEST_MAKE_H
#define LAYERS_MANIFEST_MAKE_H

#include "base/strbuf.h"
#include "layers/store/image_record.h"
#include "registry/spec/descriptor.h"

struct manifest_parts {
	struct descriptor config;
	struct descriptor *layers; /* borrowed, lowest first */
	size_t layer_count;
	const json_t *annotations; /* of the manifest; NULL: none */
};

/* Append the manifest of PARTS to OUT. */
void manifest_make(const struct manifest_parts *parts, struct strbuf *out);

/* The same of what RECORD names, with ANNOTATIONS (borrowed, or NULL). */
void manifest_make_of(const struct image_record *record,
		      const json_t *annotations, struct strbuf *out);

#endif
