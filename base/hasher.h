/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streaming SHA-256 and SHA-512 over nettle, which uses the processor's SHA
 * instructions, needs no setting up, and links statically into the front
 * program: a build hashes what it copies.
 */
#ifndef BASE_HASHER_H
#define BASE_HASHER_H

#include <stddef.h>

#include "base/digest.h"

enum { HASHER_BYTES_MAX = 64 };

struct hasher;

/* A fresh hasher for ALGORITHM; the caller frees it. */
struct hasher *hasher_new(enum digest_algorithm algorithm);

/* Add LENGTH bytes. */
void hasher_update(struct hasher *hasher, const void *data, size_t length);

/* Store the digest of all bytes added so far and start over. */
void hasher_finish(struct hasher *hasher, struct digest *out);

/* The same as raw bytes: 32 or 64, by the algorithm. */
void hasher_finish_raw(struct hasher *hasher,
		       unsigned char out[static HASHER_BYTES_MAX]);

/* Free the hasher; NULL is fine. */
void hasher_free(struct hasher *hasher);
DEFINE_CLEANUP_PTR(struct hasher, hasher_free)

/* The digest of one buffer. */
void hasher_digest(enum digest_algorithm algorithm, const void *data,
		   size_t length, struct digest *out);

#endif
