/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bill of materials: SPDX 2.3 as JSON. The same packages give the same
 * document: its namespace is a digest of what is in it, and it is as old as the
 * image. Pure.
 */
#ifndef BUILDER_SPDX_H
#define BUILDER_SPDX_H

#include <jansson.h>
#include <stdint.h>

#include "builder/attest/package_scan.h"

#define SPDX_PREDICATE "https://spdx.dev/Document"

struct spdx_request {
	const char *name; /* of the image, for people */
	int64_t created;  /* seconds since 1970 */
	const char *tool; /* "imgctl-1.0" */
	const struct package_scan *scan;
};

/* A new document. */
json_t *spdx_make(const struct spdx_request *request);

#endif
