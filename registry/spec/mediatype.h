/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The media types of images, OCI's and docker's, as one enum.
 *
 * Names are compared without regard to case and parameters ("; charset=…"),
 * as they come in Content-Type headers. A name that is not known yields
 * MEDIATYPE_NONE and is no error: whoever needs a certain kind asks for it
 * with the predicates below, which are all false for MEDIATYPE_NONE.
 */
#ifndef REGISTRY_SPEC_MEDIATYPE_H
#define REGISTRY_SPEC_MEDIATYPE_H

#include <stdbool.h>

enum mediatype {
	MEDIATYPE_NONE = 0, /* absent or unknown */
	MEDIATYPE_OCI_INDEX,
	MEDIATYPE_OCI_MANIFEST,
	MEDIATYPE_DOCKER_LIST,
	MEDIATYPE_DOCKER_MANIFEST, /* schema 2 */
	MEDIATYPE_DOCKER_SCHEMA1,
	MEDIATYPE_DOCKER_SCHEMA1_SIGNED,
	MEDIATYPE_OCI_CONFIG,
	MEDIATYPE_DOCKER_CONFIG,
	MEDIATYPE_OCI_LAYER,
	MEDIATYPE_OCI_LAYER_GZIP,
	MEDIATYPE_OCI_LAYER_ZSTD,
	MEDIATYPE_OCI_LAYER_NONDIST,
	MEDIATYPE_OCI_LAYER_NONDIST_GZIP,
	MEDIATYPE_OCI_LAYER_NONDIST_ZSTD,
	MEDIATYPE_DOCKER_LAYER,
	MEDIATYPE_DOCKER_LAYER_GZIP,
	MEDIATYPE_DOCKER_LAYER_ZSTD,
	MEDIATYPE_DOCKER_FOREIGN,
	MEDIATYPE_DOCKER_FOREIGN_GZIP,
	MEDIATYPE_EMPTY_JSON, /* the two bytes "{}" */
};

/* What a layer's name says of its compression; its bytes have the last word. */
enum layer_compression {
	LAYER_COMPRESSION_UNSET = 0, /* not a layer type */
	LAYER_COMPRESSION_NONE,
	LAYER_COMPRESSION_GZIP,
	LAYER_COMPRESSION_ZSTD,
};

/* The type called NAME, which may be NULL. */
enum mediatype mediatype_from_name(const char *name);

/* The canonical name of TYPE, "" for MEDIATYPE_NONE. */
const char *mediatype_name(enum mediatype type)
	__attribute__((returns_nonnull));

/* Whether TYPE is an OCI index or a docker manifest list. */
bool mediatype_is_index(enum mediatype type);

/* Whether TYPE is an OCI or docker schema 2 manifest. */
bool mediatype_is_manifest(enum mediatype type);

/* Whether TYPE is a docker schema 1 manifest, signed or not. */
bool mediatype_is_schema1(enum mediatype type);

/* Whether TYPE is an image configuration. */
bool mediatype_is_config(enum mediatype type);

/* Whether TYPE is a file system layer of any kind. */
bool mediatype_is_layer(enum mediatype type);

/* Whether TYPE is a layer that registries are not meant to hold. */
bool mediatype_is_foreign(enum mediatype type);

/* The compression that TYPE's name promises. */
enum layer_compression mediatype_compression(enum mediatype type);

#endif
