/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's index.json, so that any reader of OCI image layouts (skopeo,
 * umoci, podman) finds every tag under its canonical name. It is derived from
 * the names: losing it loses nothing. Change it with the store's lock held
 * EXCLUSIVE, after the name itself.
 */
#ifndef LAYERS_LAYOUT_H
#define LAYERS_LAYOUT_H

#include "layers/store/names.h"

/* Make index.json list REF (a tag) as RECORD's target. */
int layout_put(const struct store *store, const struct reference *ref,
	       const struct name_record *record, struct error *err) must_check;

/* Drop REF from index.json; not listed is fine. */
int layout_drop(const struct store *store, const struct reference *ref,
		struct error *err) must_check;

#endif
