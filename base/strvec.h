/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An owned, NULL-terminated array of strings: argv, env, lists of names.
 * `items` may be passed where a `char **` is wanted; it is NULL only while
 * nothing was ever added (use strvec_array for a never-NULL view).
 */
#ifndef BASE_STRVEC_H
#define BASE_STRVEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct strvec {
	char **items;
	size_t count;
	size_t allocated;
};

#define STRVEC_INIT        \
	{                  \
		NULL, 0, 0 \
	}

/* Append a copy of TEXT. */
void strvec_add(struct strvec *vec, const char *text);

/* Append formatted text. */
void strvec_addf(struct strvec *vec, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Append TEXT itself, taking ownership. */
void strvec_take(struct strvec *vec, char *text);

/* Append copies of COUNT strings. */
void strvec_extend(struct strvec *vec, char *const *items, size_t count);

/* Remove the item at INDEX, keeping the order of the others. */
void strvec_remove(struct strvec *vec, size_t index);

/* Whether TEXT is among the items. */
bool strvec_has(const struct strvec *vec, const char *text);

/* Sort by byte value. */
void strvec_sort(struct strvec *vec);

/* The items as a NULL-terminated array that is never NULL; borrowed. */
char *const *strvec_array(const struct strvec *vec);

/* Free everything and start empty again. */
void strvec_release(struct strvec *vec);
DEFINE_CLEANUP(struct strvec, strvec_release)

#endif
