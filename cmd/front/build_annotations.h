/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --annotation of `build`.
 *
 *   annotation = [ level { "," level } ":" ] key "=" value
 *   level      = ("manifest" | "index" | "manifest-descriptor" |
 *                 "index-descriptor") [ "[" platform "]" ]
 *
 * Without a level it is the manifest's. A platform holds it to one manifest.
 */
#ifndef CMD_BUILD_ANNOTATIONS_H
#define CMD_BUILD_ANNOTATIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strvec.h"

enum annotation_level {
	ANNOTATION_NONE = 0,
	ANNOTATION_MANIFEST,
	ANNOTATION_INDEX,
	ANNOTATION_MANIFEST_DESCRIPTOR,
	ANNOTATION_INDEX_DESCRIPTOR,
};

struct build_annotation {
	enum annotation_level level;
	char *platform; /* NULL: of all */
	char *key, *value;
};

struct build_annotations {
	struct build_annotation *items;
	size_t count;
};

#define BUILD_ANNOTATIONS_INIT \
	{                      \
		NULL, 0        \
	}

/* Parse TEXTS. INVALID names the one that is wrong. Pure. */
int build_annotations_parse(const struct strvec *texts,
			    struct build_annotations *out,
			    struct error *err) must_check;

/* Those of LEVEL for PLATFORM (NULL: those without one); NULL: none. */
json_t *build_annotations_of(const struct build_annotations *annotations,
			     enum annotation_level level, const char *platform);

/* Free them. */
void build_annotations_release(struct build_annotations *annotations);
DEFINE_CLEANUP(struct build_annotations, build_annotations_release)

#endif
