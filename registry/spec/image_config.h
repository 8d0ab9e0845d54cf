/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image configuration: platform, the layers' uncompressed digests, history
 * and the defaults for running (OCI image-spec, config.md; docker's is a
 * superset).
 *
 * `document` is the whole text, for inspect and for building upon; the
 * borrowed members point into it and are valid while the struct is. What the
 * defaults say (users, environment, paths) is checked for type only: it is
 * hostile until whoever applies it has looked.
 */
#ifndef REGISTRY_SPEC_IMAGE_CONFIG_H
#define REGISTRY_SPEC_IMAGE_CONFIG_H

#include <jansson.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/strvec.h"
#include "registry/spec/manifest.h"
#include "registry/spec/platform.h"

struct image_config {
	json_t *document; /* own reference */
	struct platform platform;
	struct digest *diff_ids; /* lowest layer first */
	size_t diff_id_count;
	const json_t *history; /* array, borrowed, or NULL */
	const char *created;   /* RFC 3339, borrowed, or NULL */
	const char *author;    /* borrowed, or NULL */

	/* Defaults for running; NULL or empty where the image says nothing. */
	const json_t *config; /* the whole "config" object, borrowed */
	struct strvec env;    /* "NAME=value" */
	struct strvec entrypoint;
	struct strvec command;
	const char *user;	   /* borrowed */
	const char *working_dir;   /* borrowed */
	const char *stop_signal;   /* borrowed */
	const json_t *labels;	   /* object of strings, borrowed */
	const json_t *volumes;	   /* object, keys are paths, borrowed */
	const json_t *ports;	   /* object, keys as "80/tcp", borrowed */
	const json_t *healthcheck; /* object, borrowed */
};

#define IMAGE_CONFIG_INIT                                      \
	{                                                      \
		.document = NULL, .platform = PLATFORM_INIT,   \
		.env = STRVEC_INIT, .entrypoint = STRVEC_INIT, \
		.command = STRVEC_INIT                         \
	}

/*
 * Parse LENGTH bytes. INVALID when malformed, when rootfs is missing, or when
 * the history speaks of more layers than there are; TOO_LARGE beyond
 * REGISTRY_DOCUMENT_MAX.
 */
int image_config_parse(const char *bytes, size_t length,
		       struct image_config *out, struct error *err) must_check;

/* Fail with INVALID unless CONFIG has one diff id for each layer. */
int image_config_check(const struct image_config *config,
		       const struct manifest *manifest,
		       struct error *err) must_check;

/* Free what it owns and return to the initial state. */
void image_config_release(struct image_config *config);
DEFINE_CLEANUP(struct image_config, image_config_release)

#endif
