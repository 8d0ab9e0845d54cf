/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image manifest, OCI's or docker's schema 2: one config and the layers,
 * lowest first (OCI image-spec, manifest.md).
 *
 * Parsing is pure and says nothing of the blobs. The digest of the bytes is
 * the caller's to check, before it calls. A document that is a valid manifest
 * but no image (an artifact, a signature) parses with `is_image` false, so
 * that it can be copied but not run.
 */
#ifndef REGISTRY_SPEC_MANIFEST_H
#define REGISTRY_SPEC_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "registry/spec/descriptor.h"
#include "registry/spec/mediatype.h"

struct manifest {
	enum mediatype type;
	struct descriptor config;
	struct descriptor *layers; /* lowest first */
	size_t layer_count;
	uint64_t total_size; /* of config and layers, as the manifest says */
	json_t *annotations; /* own reference, or NULL */
	char *artifact_type; /* or NULL */
	struct descriptor *subject; /* what this refers to, or NULL */
	bool is_image;		    /* config and layers are of image types */
};

#define MANIFEST_INIT                                                          \
	{                                                                      \
		MEDIATYPE_NONE, DESCRIPTOR_INIT, NULL, 0, 0, NULL, NULL, NULL, \
			false                                                  \
	}

/*
 * Parse LENGTH bytes served as CONTENT_TYPE (NULL: unknown). INVALID when
 * malformed, ambiguous or an index, UNSUPPORTED for docker's schema 1.
 */
int manifest_parse(const char *bytes, size_t length, const char *content_type,
		   struct manifest *out, struct error *err) must_check;

/* Free what it owns and return to the initial state. */
void manifest_release(struct manifest *manifest);
DEFINE_CLEANUP(struct manifest, manifest_release)

#endif
