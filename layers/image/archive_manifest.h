/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.json of a docker archive (docker save): which members of the
 * archive make which image.
 *
 *   [ { "Config": member, "RepoTags": [ name … ] | null,
 *       "Layers": [ member … ] } … ]
 *
 * Pure. Member names are only ever looked up among the members; they are
 * normalised by whoever does. Names in RepoTags are whole and have a tag.
 */
#ifndef LAYERS_ARCHIVE_MANIFEST_H
#define LAYERS_ARCHIVE_MANIFEST_H

#include <stddef.h>

#include "base/error.h"
#include "base/strvec.h"

enum {
	ARCHIVE_MANIFEST_MAX = 1 << 20, /* bytes */
	ARCHIVE_IMAGES_MAX = 1024,
	ARCHIVE_LAYERS_MAX = 4096, /* of one image */
};

struct archive_image {
	char *config;
	struct strvec names;  /* canonical, "docker.io/library/debian:12" */
	struct strvec layers; /* lowest first */
};

struct archive_manifest {
	struct archive_image *images;
	size_t count;
};

#define ARCHIVE_MANIFEST_INIT \
	{                     \
		NULL, 0       \
	}

/* Parse LENGTH bytes; INVALID when malformed, TOO_LARGE over a limit. */
int archive_manifest_parse(const char *text, size_t length,
			   struct archive_manifest *out,
			   struct error *err) must_check;

/* Free what it owns. */
void archive_manifest_release(struct archive_manifest *manifest);
DEFINE_CLEANUP(struct archive_manifest, archive_manifest_release)

#endif
