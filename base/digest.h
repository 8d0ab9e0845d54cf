/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A content digest as a value: "sha256:" and 64 or "sha512:" and 128 lower
 * case hexadecimal digits (OCI image-spec, descriptor.md, "Digests"). Nothing
 * else parses, so a parsed digest is safe in a path and in a URL.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum digest_algorithm {
	DIGEST_NONE = 0,
	DIGEST_SHA256,
	DIGEST_SHA512,
};

enum { DIGEST_TEXT_MAX = sizeof("sha512:") + 128 };

struct digest {
	enum digest_algorithm algorithm; /* DIGEST_NONE: unset */
	char text[DIGEST_TEXT_MAX];	 /* whole form, terminated */
};

/* Parse TEXT; INVALID when it is not exactly a supported digest. */
int digest_parse(const char *text, struct digest *out,
		 struct error *err) must_check;

/* Build a digest from raw hash bytes (32 or 64, by ALGORITHM). */
void digest_from_bytes(enum digest_algorithm algorithm,
		       const unsigned char *bytes, struct digest *out);

/* The hexadecimal part; borrowed from DIGEST. */
const char *digest_hex(const struct digest *digest);

/* The algorithm's name as it stands before the colon. */
const char *digest_algorithm_name(enum digest_algorithm algorithm);

/* Whether both are set and the same. */
bool digest_is_equal(const struct digest *a, const struct digest *b);

#endif
