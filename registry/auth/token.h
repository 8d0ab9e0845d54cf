/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens: the answer of a token endpoint, and those still good.
 *
 * Parsing is pure and takes hostile input; a token that could not stand in a
 * header is refused. Life times count from the moment before the request, on
 * the monotonic clock: `issued_at` and the wall clock play no part, so a
 * clock that is a year off changes nothing. The cache is keyed by the scopes
 * that were asked for. It does no locking of its own.
 */
#ifndef REGISTRY_AUTH_TOKEN_H
#define REGISTRY_AUTH_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct token {
	char *text;
	int64_t expires; /* monotonic nanoseconds */
};

#define TOKEN_INIT      \
	{               \
		NULL, 0 \
	}

struct token_entry {
	char *scope;
	struct token token;
};

struct token_cache {
	struct token_entry *entries;
	size_t count;
};

/*
 * Parse an endpoint's answer to a request sent at NOW: `token` or
 * `access_token`, and `expires_in` (absent or below 60: 60 seconds). CORRUPT
 * when there is no usable token.
 */
int token_parse(const char *bytes, size_t length, int64_t now,
		struct token *out, struct error *err) must_check;

/*
 * The text of a token for SCOPE that is good for a while from NOW, or NULL;
 * borrowed until the cache changes.
 */
const char *token_cache_find(const struct token_cache *cache, const char *scope,
			     int64_t now);

/* Keep TOKEN, taking it over, in place of one for the same scope. */
void token_cache_put(struct token_cache *cache, const char *scope,
		     struct token *token);

/* Forget every entry whose token is TEXT, for it was refused. */
void token_cache_drop(struct token_cache *cache, const char *text);

/* Free the text and return to the initial state. */
void token_release(struct token *token);
DEFINE_CLEANUP(struct token, token_release)

/* Free all entries and return to the initial state. */
void token_cache_release(struct token_cache *cache);

#endif
