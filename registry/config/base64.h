/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base 64 (RFC 4648, section 4), as auth files use it. Decoding is strict:
 * the padding must be right and nothing else may stand around, but a missing
 * padding is read, since some tools write it so.
 */
#ifndef REGISTRY_CONFIG_BASE64_H
#define REGISTRY_CONFIG_BASE64_H

#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

/* Append the encoded form of LENGTH bytes. */
void base64_encode(const void *data, size_t length, struct strbuf *out);

/* Append the bytes that TEXT stands for; INVALID when it is malformed. */
int base64_decode(const char *text, struct strbuf *out,
		  struct error *err) must_check;

#endif
