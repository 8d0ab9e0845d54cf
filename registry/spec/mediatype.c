/* SPDX-License-Identifier: Apache-2.0 */
/* Media types as one table: name, what it is, how it is compressed. */
#include "registry/spec/mediatype.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define OCI "application/vnd.oci.image."
#define OCI_LAYER OCI "layer.v1.tar"
#define OCI_NONDIST OCI "layer.nondistributable.v1.tar"
#define DOCKER "application/vnd.docker."
#define DOCKER_LAYER DOCKER "image.rootfs.diff.tar"
#define DOCKER_FOREIGN DOCKER "image.rootfs.foreign.diff.tar"

enum role {
	ROLE_NONE = 0,
	ROLE_INDEX,
	ROLE_MANIFEST,
	ROLE_SCHEMA1,
	ROLE_CONFIG,
	ROLE_LAYER,
	ROLE_FOREIGN, /* a layer too */
	ROLE_EMPTY,
};

static const struct row {
	const char *name;
	enum role role;
	enum layer_compression compression;
} rows[] = {
	[MEDIATYPE_NONE] = { "", ROLE_NONE, LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_OCI_INDEX] = { OCI "index.v1+json", ROLE_INDEX,
				  LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_OCI_MANIFEST] = { OCI "manifest.v1+json", ROLE_MANIFEST,
				     LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_DOCKER_LIST] = { DOCKER "distribution.manifest.list.v2+json",
				    ROLE_INDEX, LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_DOCKER_MANIFEST] = { DOCKER "distribution.manifest.v2+json",
					ROLE_MANIFEST,
					LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_DOCKER_SCHEMA1] = { DOCKER "distribution.manifest.v1+json",
				       ROLE_SCHEMA1, LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_DOCKER_SCHEMA1_SIGNED] = { DOCKER "distribution.manifest."
						     "v1+prettyjws",
					      ROLE_SCHEMA1,
					      LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_OCI_CONFIG] = { OCI "config.v1+json", ROLE_CONFIG,
				   LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_DOCKER_CONFIG] = { DOCKER "container.image.v1+json",
				      ROLE_CONFIG, LAYER_COMPRESSION_UNSET },
	[MEDIATYPE_OCI_LAYER] = { OCI_LAYER, ROLE_LAYER,
				  LAYER_COMPRESSION_NONE },
	[MEDIATYPE_OCI_LAYER_GZIP] = { OCI_LAYER "+gzip", ROLE_LAYER,
				       LAYER_COMPRESSION_GZIP },
	[MEDIATYPE_OCI_LAYER_ZSTD] = { OCI_LAYER "+zstd", ROLE_LAYER,
				       LAYER_COMPRESSION_ZSTD },
	[MEDIATYPE_OCI_LAYER_NONDIST] = { OCI_NONDIST, ROLE_FOREIGN,
					  LAYER_COMPRESSION_NONE },
	[MEDIATYPE_OCI_LAYER_NONDIST_GZIP] = { OCI_NONDIST "+gzip",
					       ROLE_FOREIGN,
					       LAYER_COMPRESSION_GZIP },
	[MEDIATYPE_OCI_LAYER_NONDIST_ZSTD] = { OCI_NONDIST "+zstd",
					       ROLE_FOREIGN,
					       LAYER_COMPRESSION_ZSTD },
	[MEDIATYPE_DOCKER_LAYER] = { DOCKER_LAYER, ROLE_LAYER,
				     LAYER_COMPRESSION_NONE },
	[MEDIATYPE_DOCKER_LAYER_GZIP] = { DOCKER_LAYER ".gzip", ROLE_LAYER,
					  LAYER_COMPRESSION_GZIP },
	[MEDIATYPE_DOCKER_LAYER_ZSTD] = { DOCKER_LAYER ".zstd", ROLE_LAYER,
					  LAYER_COMPRESSION_ZSTD },
	[MEDIATYPE_DOCKER_FOREIGN] = { DOCKER_FOREIGN, ROLE_FOREIGN,
				       LAYER_COMPRESSION_NONE },
	[MEDIATYPE_DOCKER_FOREIGN_GZIP] = { DOCKER_FOREIGN ".gzip",
					    ROLE_FOREIGN,
					    LAYER_COMPRESSION_GZIP },
	[MEDIATYPE_EMPTY_JSON] = { "application/vnd.oci.empty.v1+json",
				   ROLE_EMPTY, LAYER_COMPRESSION_UNSET },
};

enum mediatype mediatype_from_name(const char *name)
{
	size_t length;

	if (!name)
		return MEDIATYPE_NONE;
	name += strspn(name, " \t");
	length = strcspn(name, "; \t");
	for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strlen(rows[i].name) == length &&
		    strncasecmp(rows[i].name, name, length) == 0)
			return (enum mediatype)i;
	}
	return MEDIATYPE_NONE;
}

const char *mediatype_name(enum mediatype type)
{
	return rows[type].name;
}

bool mediatype_is_index(enum mediatype type)
{
	return rows[type].role == ROLE_INDEX;
}

bool mediatype_is_manifest(enum mediatype type)
{
	return rows[type].role == ROLE_MANIFEST;
}

bool mediatype_is_schema1(enum mediatype type)
{
	return rows[type].role == ROLE_SCHEMA1;
}

bool mediatype_is_config(enum mediatype type)
{
	return rows[type].role == ROLE_CONFIG;
}

bool mediatype_is_layer(enum mediatype type)
{
	return rows[type].role == ROLE_LAYER || mediatype_is_foreign(type);
}

bool mediatype_is_foreign(enum mediatype type)
{
	return rows[type].role == ROLE_FOREIGN;
}

enum layer_compression mediatype_compression(enum mediatype type)
{
	return rows[type].compression;
}
