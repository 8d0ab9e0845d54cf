/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's headers. */
#include "builder/attest/rpm_header.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	ENTRY = 16,
	HEAD = 8,
	TYPE_INT32 = 4,
	TYPE_STRING = 6,
	TYPE_TRANSLATED = 9,

	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_VENDOR = 1011,
	TAG_LICENSE = 1014,
	TAG_ARCH = 1022,
	TAG_SOURCE = 1044,
};

struct header {
	const unsigned char *entries, *data;
	size_t count, size;
};

static uint32_t number(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static int open_header(const unsigned char *bytes, size_t length,
		       struct header *out, struct error *err)
{
	if (length < HEAD)
		return error_set(err, ERROR_INVALID, "a header of %zu bytes",
				 length);
	out->count = number(bytes);
	out->size = number(bytes + 4);
	if (out->count > (length - HEAD) / ENTRY ||
	    out->size > length - HEAD - out->count * ENTRY)
		return error_set(err, ERROR_INVALID,
				 "a header's parts are larger than it");
	out->entries = bytes + HEAD;
	out->data = out->entries + out->count * ENTRY;
	return 0;
}

/* The data of TAG from its offset on; NULL without such an entry. */
static const unsigned char *find(const struct header *header, uint32_t tag,
				 uint32_t *type_out, size_t *left_out)
{
	for (size_t i = 0; i < header->count; i++) {
		const unsigned char *entry = header->entries + i * ENTRY;
		uint32_t offset = number(entry + 8);

		if (number(entry) != tag)
			continue;
		if (offset >= header->size || !number(entry + 12))
			return NULL;
		*type_out = number(entry + 4);
		*left_out = header->size - offset;
		return header->data + offset;
	}
	return NULL;
}

/* The text of TAG, or the first of several; NULL when there is none. */
static int get_text(const struct header *header, uint32_t tag, char **out,
		    struct error *err)
{
	uint32_t type = 0;
	size_t left = 0;
	const unsigned char *at = find(header, tag, &type, &left);

	if (!at)
		return 0;
	if (type < TYPE_STRING || type > TYPE_TRANSLATED || type == 7 ||
	    !memchr(at, 0, left))
		return error_set(err, ERROR_INVALID,
				 "tag %u of a header is no text", tag);
	*out = xstrdup((const char *)at);
	return 0;
}

static int get_epoch(const struct header *header, bool *has_out, uint32_t *out,
		     struct error *err)
{
	uint32_t type = 0;
	size_t left = 0;
	const unsigned char *at = find(header, TAG_EPOCH, &type, &left);

	if (!at)
		return 0;
	if (type != TYPE_INT32 || left < 4)
		return error_set(err, ERROR_INVALID,
				 "a header's epoch is no number");
	*has_out = true;
	*out = number(at);
	return 0;
}

/* "[epoch:]version-release" */
static int get_version(const struct header *header, char **out,
		       struct error *err)
{
	autofree char *version = NULL;
	autofree char *release = NULL;
	bool has_epoch = false;
	uint32_t epoch = 0;

	if (get_text(header, TAG_VERSION, &version, err) < 0 ||
	    get_text(header, TAG_RELEASE, &release, err) < 0 ||
	    get_epoch(header, &has_epoch, &epoch, err) < 0)
		return -1;
	if (!version)
		return 0;
	*out = has_epoch ? xasprintf("%u:%s%s%s", epoch, version,
				     release ? "-" : "", release ? release : "")
			 : xasprintf("%s%s%s", version, release ? "-" : "",
				     release ? release : "");
	return 0;
}

static int get_package(const struct header *header, struct package *out,
		       struct error *err)
{
	if (get_text(header, TAG_NAME, &out->name, err) < 0 ||
	    get_version(header, &out->version, err) < 0 ||
	    get_text(header, TAG_ARCH, &out->architecture, err) < 0 ||
	    get_text(header, TAG_LICENSE, &out->license, err) < 0 ||
	    get_text(header, TAG_VENDOR, &out->supplier, err) < 0 ||
	    get_text(header, TAG_SOURCE, &out->source, err) < 0)
		return -1;
	out->kind = PACKAGE_RPM;
	return 0;
}

int rpm_header_parse(const void *bytes, size_t length, struct packages *out,
		     struct error *err)
{
	autoclean(package_release) struct package package = { PACKAGE_NONE };
	struct header header = { NULL, NULL, 0, 0 };

	if (open_header(bytes, length, &header, err) < 0 ||
	    get_package(&header, &package, err) < 0)
		return -1;
	if (package.name && !strcmp(package.name, "gpg-pubkey"))
		return 0;
	return packages_add(out, &package, err);
}
