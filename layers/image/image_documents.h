/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a name to the documents of one image: what the registry (or the store)
 * says the name means, the platform's manifest, the config. Every document is
 * checked against its digest and kept as a blob, byte for byte. A document
 * that is here is not fetched again.
 */
#ifndef LAYERS_IMAGE_DOCUMENTS_H
#define LAYERS_IMAGE_DOCUMENTS_H

#include "layers/store/store.h"
#include "registry/client.h"
#include "registry/spec/image_config.h"
#include "registry/spec/manifest.h"
#include "registry/spec/platform.h"

struct image_documents {
	struct digest target; /* what the name means: manifest or index */
	char *target_type;
	uint64_t target_size;
	struct digest manifest_digest; /* the platform's; may be target */
	uint64_t manifest_size;
	struct manifest manifest;
	struct image_config config;
};

#define IMAGE_DOCUMENTS_INIT                                          \
	{                                                             \
		{ DIGEST_NONE, "" }, NULL, 0, { DIGEST_NONE, "" }, 0, \
			MANIFEST_INIT, IMAGE_CONFIG_INIT              \
	}

struct documents_request {
	const struct store *store;
	struct client *client;		 /* NULL: only what is here */
	const char *name;		 /* tag or digest, as asked for */
	const struct descriptor *target; /* a HEAD's answer; NULL: unknown */
	const struct platform *platform; /* NULL: this machine's */
};

/*
 * Gather the documents. NOT_FOUND: no such name, or no image for the
 * platform; UNSUPPORTED: schema 1, or not an image; CORRUPT: a document is
 * not what its digest says.
 */
int image_documents_gather(const struct documents_request *request,
			   struct image_documents *out,
			   struct error *err) must_check;

/* Free the documents. */
void image_documents_release(struct image_documents *documents);
DEFINE_CLEANUP(struct image_documents, image_documents_release)

#endif
