/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streaming SHA-256 and SHA-512 over OpenSSL EVP. The algorithm object is
 * fetched once per process. Programs that link this link libcrypto, so nothing
 * on the way of `run` may use it.
 */
#ifndef BASE_HASHER_H
#define BASE_HASHER_H

#include <stddef.h>

#include "base/digest.h"

struct hasher;

/* A fresh hasher for ALGORITHM; the caller frees it. */
struct hasher *hasher_new(enum digest_algorithm algorithm);

/* Add LENGTH bytes. */
void hasher_update(struct hasher *hasher, const void *data, size_t length);

/* Store the digest of all bytes added so far and start over. */
void hasher_finish(struct hasher *hasher, struct digest *out);

/* Free the hasher; NULL is fine. */
void hasher_free(struct hasher *hasher);
DEFINE_CLEANUP_PTR(struct hasher, hasher_free)

/* The digest of one buffer. */
void hasher_digest(enum digest_algorithm algorithm, const void *data,
		   size_t length, struct digest *out);

#endif
