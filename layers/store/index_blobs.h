/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blobs that an index leads to, as far as they are here: its manifests and
 * attestations, their configurations and layers. What is not here, or is no
 * document that can be read, leads nowhere.
 */
#ifndef LAYERS_INDEX_BLOBS_H
#define LAYERS_INDEX_BLOBS_H

#include "base/digest.h"
#include "base/strvec.h"
#include "layers/store/store.h"
#include "registry/spec/index.h"
#include "registry/spec/manifest.h"

/* Read the index that is here under DIGEST. NOT_FOUND, INVALID, CORRUPT. */
int index_blobs_index(const struct store *store, const struct digest *digest,
		      struct image_index *out, struct error *err) must_check;

/* Read the manifest that is here under DIGEST. */
int index_blobs_manifest(const struct store *store, const struct digest *digest,
			 struct manifest *out, struct error *err) must_check;

/* Append the digests of a manifest and of what it names. */
void index_blobs_list_manifest(const struct store *store,
			       const struct digest *digest, struct strvec *out);

/* Append the digests of all of them, the index's own first. */
void index_blobs_list(const struct store *store, const struct digest *index,
		      struct strvec *out);

#endif
