/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of a step: the digest of everything it reads, each input with a name,
 * in the order they are added. The same inputs are kept as a note beside the
 * step's result, so that a later build can say which of them differs.
 *
 * Times are no input, and neither is where things lie.
 */
#ifndef BUILDER_STEP_KEY_H
#define BUILDER_STEP_KEY_H

#include <jansson.h>

#include "base/digest.h"
#include "base/hasher.h"
#include "base/strvec.h"
#include "builder/files/file_list.h"

struct step_key {
	struct hasher *hasher;
	json_t *inputs; /* array of [name, value] */
	json_t *files;	/* path: what it is; NULL: none were added */
};

#define STEP_KEY_INIT            \
	{                        \
		NULL, NULL, NULL \
	}

/* Begin with the KIND of step ("RUN"). */
void step_key_begin(struct step_key *key, const char *kind);

/* Add an input; a VALUE of NULL is none. */
void step_key_add(struct step_key *key, const char *name, const char *value);

/* Add an input that consists of words. */
void step_key_add_words(struct step_key *key, const char *name,
			const struct strvec *words);

/*
 * Add the files of LIST from item FIRST on, whose contents are hashed: names,
 * kinds, modes, links, contents. PLACE is where they come from, as people call
 * it: "." or "stage build:".
 */
void step_key_add_files(struct step_key *key, const char *place,
			const struct file_list *list, size_t first);

/* Add who owns those files: an input of what keeps owners. */
void step_key_add_owners(struct step_key *key, const struct file_list *list,
			 size_t first);

/* The key. */
void step_key_finish(struct step_key *key, struct digest *out);

/* Free all. */
void step_key_release(struct step_key *key);
DEFINE_CLEANUP(struct step_key, step_key_release)

#endif
