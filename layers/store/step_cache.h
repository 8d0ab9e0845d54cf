/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which layer a build's step made, under a key of everything that the step
 * reads: the build cache. Finding one costs one readlink, so that a build of
 * which nothing changed costs no more than looking.
 *
 *   cache/steps/<hh>/<hex>        a link to "FOLDER:SIZE:TARSIZE:LATEST:BOOT";
 *                                 FOLDER "-": the step made no layer
 *   cache/notes/<hh>/<hex>.json   what the key was made of, for `build --why`
 *
 * The link's own time is that of its last use. As with layers, what was written
 * under another boot is only believed once it is known to be on disk: BOOT is
 * empty then. Layers named here are kept until the entry goes.
 */
#ifndef LAYERS_STEP_CACHE_H
#define LAYERS_STEP_CACHE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/strvec.h"
#include "layers/image/layer_made.h"
#include "layers/store/store.h"

struct step_entry {
	bool has_layer;
	struct layer_made layer; /* when it has one */
	int64_t used;		 /* wall time, nanoseconds */
};

#define STEP_ENTRY_INIT                   \
	{                                 \
		false, LAYER_MADE_INIT, 0 \
	}

/*
 * Look KEY up: true with an entry whose layer is here and whole, which the
 * caller releases. It counts as used now.
 */
bool step_cache_find(struct store *store, const struct digest *key,
		     struct step_entry *out);

/* Look KEY up without using it. */
bool step_cache_peek(struct store *store, const struct digest *key,
		     struct step_entry *out);

/*
 * Note that the step of KEY made ENTRY, and NOTE, what the key was made of. An
 * earlier entry is replaced.
 */
int step_cache_put(struct store *store, const struct digest *key,
		   const struct step_entry *entry, const json_t *note,
		   struct error *err) must_check;

/* Note that what the entry of KEY names is on disk. */
int step_cache_mark(struct store *store, const struct digest *key,
		    struct error *err) must_check;

/* The note of KEY, the caller's; NULL when there is none. */
json_t *step_cache_note(const struct store *store, const struct digest *key);

/* Append the keys ("sha256:…") of all entries to OUT, in no order. */
int step_cache_list(const struct store *store, struct strvec *out,
		    struct error *err) must_check;

/* Append the folders of layers that entries name to OUT. */
int step_cache_layers(const struct store *store, struct strvec *out,
		      struct error *err) must_check;

/* Remove the entry of KEY and its note; absent is fine. */
int step_cache_remove(const struct store *store, const struct digest *key,
		      struct error *err) must_check;

/* Free what an entry owns. */
void step_entry_release(struct step_entry *entry);
DEFINE_CLEANUP(struct step_entry, step_entry_release)

#endif
