/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names in a Dockerfile that mean something outside of it: images, files by
 * http(s), git trees. Variables are filled in as far as the file itself and the
 * build arguments say them. Pure.
 */
#ifndef BUILDER_LOCK_NAMES_H
#define BUILDER_LOCK_NAMES_H

#include "base/strvec.h"
#include "builder/language/dockerfile.h"
#include "builder/language/scope.h"

struct lock_names {
	struct strvec images; /* with their tags, "debian:12"; each once */
	struct strvec urls;
	struct strvec git;
};

#define LOCK_NAMES_INIT                               \
	{                                             \
		STRVEC_INIT, STRVEC_INIT, STRVEC_INIT \
	}

/* Find those of FILE. INVALID where a word cannot be expanded. */
int lock_names_find(const struct dockerfile *file, const struct pairs *args,
		    const struct scope_platforms *platforms,
		    struct lock_names *out, struct error *err) must_check;

/* NAME as locks have it: an image's name with its tag. The caller's. */
char *lock_names_image(const char *name) __attribute__((returns_nonnull));

/* Free the lists. */
void lock_names_release(struct lock_names *names);
DEFINE_CLEANUP(struct lock_names, lock_names_release)

#endif
