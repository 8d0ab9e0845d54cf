/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "did you mean …": the known word nearest to a misspelt one, by the number
 * of runes to insert, drop, change or swap. Only near ones count.
 */
#ifndef BUILDER_SUGGEST_H
#define BUILDER_SUGGEST_H

#include <stddef.h>

#include "base/error.h"

/* The nearest of COUNT words to WORD in any case, or NULL; borrowed. */
const char *suggest_find(const char *word, const char *const *known,
			 size_t count);

/* Append " (did you mean …?)" to ERR's message where one is near. -1. */
int suggest_append(const char *word, const char *const *known, size_t count,
		   struct error *err);

#endif
