/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ceilings for everything a registry, a configuration file or a helper
 * program may hand us. Sizes are bytes. What passes a ceiling is refused with
 * TOO_LARGE and a message that names the limit; nothing is cut silently but
 * the texts shown of error bodies.
 */
#ifndef REGISTRY_LIMITS_H
#define REGISTRY_LIMITS_H

#include <stddef.h>

/* A manifest, index or image config; the distribution spec asks for 4 MB. */
#define REGISTRY_DOCUMENT_MAX ((size_t)4 << 20)

/* An answer of a token endpoint. */
#define REGISTRY_TOKEN_MAX ((size_t)1 << 20)

/* How much of an error answer is read, and how much of it is shown. */
#define REGISTRY_ERROR_BODY_MAX ((size_t)64 << 10)
#define REGISTRY_ERROR_SHOWN_MAX ((size_t)1 << 10)

/* One page of a tag list, and all its pages. */
#define REGISTRY_TAGS_PAGE_MAX ((size_t)8 << 20)
#define REGISTRY_TAGS_PAGES_MAX 10000

/* One configuration or auth file, and one answer of a credential helper. */
#define REGISTRY_CONFIG_MAX ((size_t)4 << 20)
#define REGISTRY_HELPER_ANSWER_MAX ((size_t)1 << 20)

/* One URL and one header value worth parsing. */
#define REGISTRY_URL_MAX ((size_t)16 << 10)
#define REGISTRY_HEADER_MAX ((size_t)64 << 10)

enum {
	/* Redirects followed for one request. */
	REGISTRY_REDIRECTS_MAX = 10,
	/* Attempts after the first one. */
	REGISTRY_RETRIES = 5,
	/* Longest pause that a Retry-After may cause, in seconds. */
	REGISTRY_RETRY_PAUSE_MAX = 60,
	/* Indexes within indexes. */
	REGISTRY_INDEX_DEPTH_MAX = 4,
	/* How long a credential helper may think, in milliseconds. */
	REGISTRY_HELPER_TIMEOUT_MS = 60000,
};

#endif
