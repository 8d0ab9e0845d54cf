/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor: type, digest and size of content kept elsewhere (OCI
 * image-spec, descriptor.md).
 *
 * A parsed descriptor has a valid digest and a size of at most 2^63-1. The
 * type may be one that is not known (MEDIATYPE_NONE); `media_type` then still
 * has its words. `urls` are kept for writing back, nobody fetches them. The
 * platform's words are as written, see platform_rank.
 */
#ifndef REGISTRY_SPEC_DESCRIPTOR_H
#define REGISTRY_SPEC_DESCRIPTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/strvec.h"
#include "registry/spec/mediatype.h"
#include "registry/spec/platform.h"

struct descriptor {
	enum mediatype type;
	char *media_type; /* as written; NULL: mediatype_name(type) */
	struct digest digest;
	uint64_t size;
	bool has_platform;
	struct platform platform;
	json_t *annotations; /* object of strings, own reference, or NULL */
	char *artifact_type; /* or NULL */
	struct strvec urls;
};

#define DESCRIPTOR_INIT                                              \
	{                                                            \
		MEDIATYPE_NONE, NULL, { DIGEST_NONE, "" }, 0, false, \
			PLATFORM_INIT, NULL, NULL, STRVEC_INIT       \
	}

/* Parse a descriptor; INVALID when a member is missing, mistyped, absurd. */
int descriptor_parse(const json_t *json, struct descriptor *out,
		     struct error *err) must_check;

/* A new JSON object for DESCRIPTOR, members in the specification's order. */
json_t *descriptor_format(const struct descriptor *descriptor);

/* The media type in words: as written, else its canonical name. */
const char *descriptor_media_type(const struct descriptor *descriptor)
	__attribute__((returns_nonnull));

/* The annotation KEY, or NULL; borrowed. */
const char *descriptor_annotation(const struct descriptor *descriptor,
				  const char *key);

/* Make TO (released first) a copy of FROM; annotations are shared. */
void descriptor_copy(const struct descriptor *from, struct descriptor *to);

/* Free what it owns and return to the initial state. */
void descriptor_release(struct descriptor *descriptor);
DEFINE_CLEANUP(struct descriptor, descriptor_release)

#endif
