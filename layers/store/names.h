/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of images: one small JSON file for each tag and each digest that a
 * repository is known by, so that looking one up costs the same however many
 * there are.
 *
 *   refs/<domain>/<repository>/:<tag>      a tag
 *   refs/<domain>/<repository>/@<digest>   a repository digest
 *
 * (":" and "@" cannot begin a repository component, so a tag never collides
 * with a longer repository name.) A file that cannot be parsed counts as
 * absent: a crash may leave one empty, and one bad name must not stop others.
 * Every change is made while holding the store's lock EXCLUSIVE, and keeps the
 * image's list of names (image_record.h) a superset of the truth.
 */
#ifndef LAYERS_NAMES_H
#define LAYERS_NAMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/strvec.h"
#include "layers/store/store.h"
#include "registry/spec/reference.h"

struct name_record {
	struct digest target; /* what the registry answers: manifest or index */
	char *media_type;     /* of target; NULL when unknown */
	uint64_t size;	      /* of target, in bytes */
	struct digest manifest; /* the platform's manifest; may be target */
	struct digest image;	/* the config's digest: the image's id */
	int64_t checked;	/* when a registry confirmed it; 0: never */
	char *source;		/* host that answered; NULL: made here */
	/* the target is an index, and all that it names is kept here */
	bool is_whole;
	struct strvec members; /* ids of its other platforms' images */
	json_t *annotations;   /* of the target's descriptor; own, or NULL */
};

#define NAME_RECORD_INIT                                                       \
	{                                                                      \
		{ DIGEST_NONE, "" }, NULL, 0, { DIGEST_NONE, "" },             \
			{ DIGEST_NONE, "" }, 0, NULL, false, STRVEC_INIT, NULL \
	}

/*
 * Look REF up: by its digest when it has one, else by its tag, else by
 * "latest". NOT_FOUND names the reference as a user writes it.
 */
int names_get(const struct store *store, const struct reference *ref,
	      struct name_record *out, struct error *err) must_check;

/* Make REF mean RECORD, replacing what it meant. */
int names_put(const struct store *store, const struct reference *ref,
	      const struct name_record *record, struct error *err) must_check;

/* Whether REF means exactly RECORD already. */
bool names_has(const struct store *store, const struct reference *ref,
	       const struct name_record *record);

/* Forget REF; NOT_FOUND when it was not known. */
int names_remove(const struct store *store, const struct reference *ref,
		 struct error *err) must_check;

/* Append every known tag of DOMAIN/PATH, sorted, to OUT. */
int names_tags(const struct store *store, const struct reference *repository,
	       struct strvec *out, struct error *err) must_check;

/* Free what a record owns. */
void name_record_release(struct name_record *record);
DEFINE_CLEANUP(struct name_record, name_record_release)

#endif
