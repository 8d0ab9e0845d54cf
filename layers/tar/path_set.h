/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of paths, with constant-time questions and a ceiling on its memory.
 *
 * Hostile archives can hold millions of long names, so what is remembered
 * about them is hashed (with a random key, so that collisions cannot be
 * prepared) and counted. The set owns copies of its strings.
 */
#ifndef LAYERS_TAR_PATH_SET_H
#define LAYERS_TAR_PATH_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strvec.h"

struct path_set {
	char **slots; /* NULL: free; open addressing */
	size_t slot_count;
	size_t used;  /* slots ever taken, removed ones included */
	size_t count; /* paths held */
	size_t bytes; /* memory taken */
	size_t limit; /* ceiling of bytes */
	unsigned char key[16];
};

/* Make SET empty, with a ceiling of LIMIT bytes. */
void path_set_init(struct path_set *set, size_t limit);

/* Add a copy of PATH; there already is fine. TOO_LARGE at the ceiling. */
int path_set_add(struct path_set *set, const char *path,
		 struct error *err) must_check;

/* Whether PATH is held. */
bool path_set_has(const struct path_set *set, const char *path);

/* Forget PATH; absent is fine. */
void path_set_remove(struct path_set *set, const char *path);

/* Move all paths to OUT, sorted, leaving the set empty. */
void path_set_drain(struct path_set *set, struct strvec *out);

/* Free everything. */
void path_set_release(struct path_set *set);
DEFINE_CLEANUP(struct path_set, path_set_release)

#endif
