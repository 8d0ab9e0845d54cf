/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of an upload: passes a source on to HTTP, counting and hashing.
 *
 * The body fails before its last bytes are given when the source turns out to
 * be longer, shorter or other than its descriptor, so that a registry which
 * was told the length can never take it for complete.
 */
#ifndef REGISTRY_UPLOAD_BODY_H
#define REGISTRY_UPLOAD_BODY_H

#include "base/hasher.h"
#include "registry/http/http_message.h"
#include "registry/spec/descriptor.h"
#include "registry/upload_source.h"

struct upload_body {
	const struct descriptor *descriptor;
	const struct upload_source *source;
	const struct upload_progress *progress; /* or NULL */
	struct hasher *hasher;
	uint64_t sent;
	bool is_bad;   /* the failure is the source's: no use repeating */
	bool is_begun; /* the source has to be rewound before the next use */
};

/* Begin a body for what SOURCE is said to hold; all must outlive it. */
void upload_body_init(struct upload_body *body,
		      const struct descriptor *descriptor,
		      const struct upload_source *source,
		      const struct upload_progress *progress);

/* Describe BODY to HTTP; rewinds the source if it was used before. */
int upload_body_open(struct upload_body *body, struct http_body *out,
		     struct error *err) must_check;

/* Free what it owns. */
void upload_body_release(struct upload_body *body);
DEFINE_CLEANUP(struct upload_body, upload_body_release)

#endif
