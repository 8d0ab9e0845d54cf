/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming digests over nettle. */
#include "base/hasher.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <stdlib.h>

#include "base/alloc.h"

struct hasher {
	enum digest_algorithm algorithm;
	union {
		struct sha256_ctx sha256;
		struct sha512_ctx sha512;
	};
};

static void start(struct hasher *hasher)
{
	if (hasher->algorithm == DIGEST_SHA512)
		sha512_init(&hasher->sha512);
	else
		sha256_init(&hasher->sha256);
}

struct hasher *hasher_new(enum digest_algorithm algorithm)
{
	struct hasher *hasher = xcalloc(1, sizeof(*hasher));

	assert(algorithm != DIGEST_NONE);
	hasher->algorithm = algorithm;
	start(hasher);
	return hasher;
}

void hasher_update(struct hasher *hasher, const void *data, size_t length)
{
	if (hasher->algorithm == DIGEST_SHA512)
		sha512_update(&hasher->sha512, length, data);
	else
		sha256_update(&hasher->sha256, length, data);
}

void hasher_finish_raw(struct hasher *hasher,
		       unsigned char out[static HASHER_BYTES_MAX])
{
	if (hasher->algorithm == DIGEST_SHA512)
		sha512_digest(&hasher->sha512, SHA512_DIGEST_SIZE, out);
	else
		sha256_digest(&hasher->sha256, SHA256_DIGEST_SIZE, out);
	start(hasher);
}

void hasher_finish(struct hasher *hasher, struct digest *out)
{
	unsigned char bytes[HASHER_BYTES_MAX];

	hasher_finish_raw(hasher, bytes);
	digest_from_bytes(hasher->algorithm, bytes, out);
}

void hasher_free(struct hasher *hasher)
{
	free(hasher);
}

void hasher_digest(enum digest_algorithm algorithm, const void *data,
		   size_t length, struct digest *out)
{
	autoclean(hasher_free) struct hasher *hasher = hasher_new(algorithm);

	hasher_update(hasher, data, length);
	hasher_finish(hasher, out);
}
