/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming digests over OpenSSL EVP. */
#include "base/hasher.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>

#include "base/alloc.h"

struct hasher {
	enum digest_algorithm algorithm;
	EVP_MD_CTX *context;
};

/*
 * Fetched once: an implicit fetch at every EVP_sha256() costs as much as
 * hashing a few KiB. Written once under pthread_once, then only read.
 */
static EVP_MD *fetched[DIGEST_SHA512 + 1];
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
	fetched[DIGEST_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
	fetched[DIGEST_SHA512] = EVP_MD_fetch(NULL, "SHA512", NULL);
}

static void start(struct hasher *hasher)
{
	int ok = EVP_DigestInit_ex2(hasher->context, fetched[hasher->algorithm],
				    NULL);

	assert(ok == 1);
	(void)ok; /* fails only on a broken OpenSSL build */
}

struct hasher *hasher_new(enum digest_algorithm algorithm)
{
	struct hasher *hasher = xcalloc(1, sizeof(*hasher));

	(void)pthread_once(&fetch_once, fetch_all); /* cannot fail */
	assert(algorithm != DIGEST_NONE && fetched[algorithm]);
	hasher->algorithm = algorithm;
	hasher->context = EVP_MD_CTX_new();
	assert(hasher->context);
	start(hasher);
	return hasher;
}

void hasher_update(struct hasher *hasher, const void *data, size_t length)
{
	int ok = EVP_DigestUpdate(hasher->context, data, length);

	assert(ok == 1);
	(void)ok; /* fails only on misuse */
}

void hasher_finish(struct hasher *hasher, struct digest *out)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	int ok = EVP_DigestFinal_ex(hasher->context, bytes, &length);

	assert(ok == 1);
	(void)ok; /* fails only on misuse */
	digest_from_bytes(hasher->algorithm, bytes, out);
	start(hasher);
}

void hasher_free(struct hasher *hasher)
{
	if (!hasher)
		return;
	EVP_MD_CTX_free(hasher->context);
	free(hasher);
}

void hasher_digest(enum digest_algorithm algorithm, const void *data,
		   size_t length, struct digest *out)
{
	autoclean(hasher_free) struct hasher *hasher = hasher_new(algorithm);

	hasher_update(hasher, data, length);
	hasher_finish(hasher, out);
}
