/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs: bytes under their digest, exactly as served. A blob under its final
 * name was verified when it was written; readers of small documents verify
 * again, so that damage on disk is noticed where it matters.
 */
#ifndef LAYERS_BLOB_H
#define LAYERS_BLOB_H

#include <stdint.h>

#include "base/digest.h"
#include "base/strbuf.h"
#include "layers/store/store.h"

/* Whether the blob is here; its size goes to *SIZE_OUT unless NULL. */
bool blob_exists(const struct store *store, const struct digest *digest,
		 uint64_t *size_out);

/* Open a blob for reading. NOT_FOUND when it is not here. */
int blob_open(const struct store *store, const struct digest *digest,
	      int *fd_out, uint64_t *size_out, struct error *err) must_check;

/*
 * Read a document of at most LIMIT bytes and check its digest. CORRUPT when
 * the bytes are not what their name says.
 */
int blob_read(const struct store *store, const struct digest *digest,
	      size_t limit, struct strbuf *out, struct error *err) must_check;

/* Store bytes under DIGEST, which is checked first (CORRUPT). */
int blob_put(const struct store *store, const struct digest *digest,
	     const void *data, size_t length, struct error *err) must_check;

/* Remove a blob; absent is fine. */
int blob_remove(const struct store *store, const struct digest *digest,
		struct error *err) must_check;

/* The blob's path below the root; the caller frees it. */
char *blob_path(const struct digest *digest) __attribute__((returns_nonnull));

#endif
