/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build read from elsewhere, by address and digest: base images, files
 * and git trees of ADD. Threads of one build add to it.
 */
#ifndef BUILDER_BUILD_MATERIALS_H
#define BUILDER_BUILD_MATERIALS_H

#include <jansson.h>
#include <pthread.h>

#include "base/cleanup.h"

struct build_materials {
	pthread_mutex_t lock;
	json_t *found; /* address -> {algorithm: digits} */
};

#define BUILD_MATERIALS_INIT                    \
	{                                       \
		PTHREAD_MUTEX_INITIALIZER, NULL \
	}

/* Note one, without what ADDRESS says of a user; MATERIALS may be NULL: nobody
 * wants to know. */
void build_materials_add(struct build_materials *materials, const char *address,
			 const char *algorithm, const char *digits);

/* ADDRESS without a user's name and password; the caller's. */
char *build_materials_address(const char *address)
	__attribute__((returns_nonnull));

/* As [{"uri", "digest"}], sorted by address; the caller's. */
json_t *build_materials_list(struct build_materials *materials);

/* Free it. */
void build_materials_release(struct build_materials *materials);
DEFINE_CLEANUP(struct build_materials, build_materials_release)

#endif
