/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An owned list of names with values, in the order they were written: what
 * ENV, LABEL and ARG hold, and what a scope keeps. A value may be NULL, for
 * an ARG without a default.
 */
#ifndef BUILDER_PAIRS_H
#define BUILDER_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct pair {
	char *name;
	char *value; /* NULL: none was given */
};

struct pairs {
	struct pair *items;
	size_t count;
	size_t allocated;
};

#define PAIRS_INIT         \
	{                  \
		NULL, 0, 0 \
	}

/* Append copies of NAME and VALUE (may be NULL), whether NAME is there or not.
 */
void pairs_add(struct pairs *pairs, const char *name, const char *value);

/* Give NAME the value VALUE (may be NULL): in its place, or at the end. */
void pairs_set(struct pairs *pairs, const char *name, const char *value);

/* The last pair called NAME, or NULL. */
const struct pair *pairs_find(const struct pairs *pairs, const char *name);

/* Append copies of FROM's. */
void pairs_extend(struct pairs *pairs, const struct pairs *from);

/* Free all and start empty again. */
void pairs_release(struct pairs *pairs);
DEFINE_CLEANUP(struct pairs, pairs_release)

#endif
