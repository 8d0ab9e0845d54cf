/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64, three bytes to four characters. */
#include "registry/config/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t length, struct strbuf *out)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t group = (uint32_t)bytes[i] << 16 |
				 (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				 (left > 2 ? (uint32_t)bytes[i + 2] : 0);

		strbuf_addch(out, alphabet[group >> 18]);
		strbuf_addch(out, alphabet[group >> 12 & 63]);
		strbuf_addch(out, left > 1 ? alphabet[group >> 6 & 63] : '=');
		strbuf_addch(out, left > 2 ? alphabet[group & 63] : '=');
	}
}

/* Decode up to four characters into the bytes they hold. */
static int decode_group(const char *text, size_t count, struct strbuf *out)
{
	uint32_t group = 0;

	for (size_t i = 0; i < 4; i++) {
		const char *found = i < count ? strchr(alphabet, text[i])
					      : alphabet;

		if (!found)
			return -1;
		group = group << 6 | (uint32_t)(found - alphabet);
	}
	/* What the last character says beyond the last byte must be zero. */
	if (count == 1 || (count == 2 && (group & 0xffff)) ||
	    (count == 3 && (group & 0xff)))
		return -1;
	for (size_t i = 0; i + 1 < count; i++)
		strbuf_addch(out, (char)(group >> (16 - 8 * i) & 0xff));
	return 0;
}

int base64_decode(const char *text, struct strbuf *out, struct error *err)
{
	size_t length = strlen(text);
	size_t padding = 0;

	while (padding < 2 && length && text[length - 1] == '=') {
		length--;
		padding++;
	}
	if (padding && (length + padding) % 4 != 0)
		return error_set(err, ERROR_INVALID, "bad base64 padding");
	for (size_t i = 0; i < length; i += 4) {
		size_t count = length - i < 4 ? length - i : 4;

		if (decode_group(text + i, count, out) < 0)
			return error_set(err, ERROR_INVALID, "bad base64");
	}
	return 0;
}
