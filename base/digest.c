/* SPDX-License-Identifier: Apache-2.0 */
/* Content digests as values. */
#include "base/digest.h"

#include <string.h>

struct algorithm {
	const char *name;
	size_t digits;
};

static const struct algorithm algorithms[] = {
	[DIGEST_NONE] = { "", 0 },
	[DIGEST_SHA256] = { "sha256", 64 },
	[DIGEST_SHA512] = { "sha512", 128 },
};

static bool is_lower_hex(const char *text, size_t digits)
{
	return strspn(text, "0123456789abcdef") == digits &&
	       text[digits] == '\0';
}

int digest_parse(const char *text, struct digest *out, struct error *err)
{
	for (enum digest_algorithm a = DIGEST_SHA256; a <= DIGEST_SHA512; a++) {
		size_t length = strlen(algorithms[a].name);

		if (strncmp(text, algorithms[a].name, length) != 0 ||
		    text[length] != ':')
			continue;
		if (!is_lower_hex(text + length + 1, algorithms[a].digits))
			break;
		out->algorithm = a;
		memcpy(out->text, text, length + algorithms[a].digits + 2);
		return 0;
	}
	return error_set(err, ERROR_INVALID, "invalid digest \"%.140s\"", text);
}

void digest_from_bytes(enum digest_algorithm algorithm,
		       const unsigned char *bytes, struct digest *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = strlen(algorithms[algorithm].name);

	memcpy(out->text, algorithms[algorithm].name, at);
	out->text[at++] = ':';
	for (size_t i = 0; i < algorithms[algorithm].digits / 2; i++) {
		out->text[at++] = hex[bytes[i] >> 4];
		out->text[at++] = hex[bytes[i] & 15];
	}
	out->text[at] = '\0';
	out->algorithm = algorithm;
}

const char *digest_hex(const struct digest *digest)
{
	return digest->text + strlen(algorithms[digest->algorithm].name) +
	       (digest->algorithm != DIGEST_NONE);
}

const char *digest_algorithm_name(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

bool digest_is_equal(const struct digest *a, const struct digest *b)
{
	return a->algorithm != DIGEST_NONE && a->algorithm == b->algorithm &&
	       !strcmp(a->text, b->text);
}
