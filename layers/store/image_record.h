/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image as the store keeps it: everything that running, listing and
 * inspecting it needs, in one file written when it came in, so that none of
 * them parses a manifest or computes a digest.
 *
 *   images/<hh>/<hex>/record.json   what is below, written once
 *   images/<hh>/<hex>/names.json    references that may mean this image
 *   images/<hh>/<hex>/tagged        empty; as old as its last name
 *
 * An image's id is the digest of its config, as docker's is. names.json is a
 * superset: a name counts only while its own file still means this image.
 * A record says under which boot it was written until its layers are known to
 * be on disk; image_record_is_trusted tells whether they may be used.
 */
#ifndef LAYERS_IMAGE_RECORD_H
#define LAYERS_IMAGE_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "base/digest.h"
#include "layers/store/names.h"
#include "layers/store/store.h"

struct image_layer {
	struct digest diff_id; /* of the uncompressed tar */
	struct digest blob;    /* as served; unset when it was made here */
	char *media_type;      /* of the blob; NULL when there is none */
	uint64_t blob_size;    /* bytes of the blob */
	uint64_t size;	       /* bytes of the files in it */
	char *folder;	       /* below layers/ */
};

struct image_record {
	struct digest id;
	struct digest manifest; /* unset when there is none yet */
	char *manifest_type;
	uint64_t manifest_size;
	json_t *config;		    /* the image config, whole */
	struct image_layer *layers; /* lowest first */
	size_t layer_count;
	uint64_t size; /* sum of the layers' sizes */
	uint64_t config_size;
	int64_t tagged; /* when it came in; image_record_tagged knows later */
	bool synced;	/* layers and blobs are known to be on disk */
	char boot[STORE_BOOT_ID_MAX]; /* under which it was written */
};

#define IMAGE_RECORD_INIT      \
	{                      \
		.layers = NULL \
	}

/* Load image ID; NOT_FOUND when it is not here (or its record is damaged). */
int image_record_load(const struct store *store, const struct digest *id,
		      struct image_record *out, struct error *err) must_check;

/* Write RECORD, replacing an earlier one; the layers must be in place. */
int image_record_save(const struct store *store,
		      const struct image_record *record,
		      struct error *err) must_check;

/*
 * Note that image ID got a name just now: the time of an empty file beside the
 * record, which is too large to be written again for that. NOT_FOUND when the
 * image is not here.
 */
int image_record_touch(const struct store *store, const struct digest *id,
		       struct error *err) must_check;

/* When RECORD's image last got a name; 0: never. */
int64_t image_record_tagged(const struct store *store,
			    const struct image_record *record);

/* Remove the record and its list of names. */
int image_record_remove(const struct store *store, const struct digest *id,
			struct error *err) must_check;

/*
 * Whether the layers may be used as they are: known to be on disk, or written
 * since this machine booted (a crash could not have lost them).
 */
bool image_record_is_trusted(struct store *store,
			     const struct image_record *record);

/*
 * Append the references that mean image ID now, sorted, in canonical form:
 * tags to TAGS and repository digests to DIGESTS (either may be NULL).
 */
int image_record_names(const struct store *store, const struct digest *id,
		       struct strvec *tags, struct strvec *digests,
		       struct error *err) must_check;

/*
 * Append the names whose index has image ID for another platform than this
 * machine's: they keep it, though none of them means it. Sorted, canonical.
 */
int image_record_holders(const struct store *store, const struct digest *id,
			 struct strvec *out, struct error *err) must_check;

/* Note that NAME (canonical form) may mean image ID from now on. */
int image_record_add_name(const struct store *store, const struct digest *id,
			  const char *name, struct error *err) must_check;

/* Drop NAME from the image's list. */
int image_record_drop_name(const struct store *store, const struct digest *id,
			   const char *name, struct error *err) must_check;

/* Append the ids ("sha256:…") of all images to OUT, in no order. */
int image_record_list(const struct store *store, struct strvec *out,
		      struct error *err) must_check;

/*
 * Find the one image whose id begins with the hexadecimal PREFIX. NOT_FOUND
 * for none, INVALID for several.
 */
int image_record_find(const struct store *store, const char *prefix,
		      struct digest *out, struct error *err) must_check;

/* Free what a record owns. */
void image_record_release(struct image_record *record);
DEFINE_CLEANUP(struct image_record, image_record_release)

#endif
