/* SPDX-License-Identifier: Apache-2.0 */
/* A list of names with values. */
#include "builder/language/pairs.h"

#include <string.h>

#include "base/alloc.h"

void pairs_add(struct pairs *pairs, const char *name, const char *value)
{
	if (pairs->count == pairs->allocated) {
		pairs->allocated = pairs->allocated ? pairs->allocated * 2 : 4;
		pairs->items = xreallocarray(pairs->items, pairs->allocated,
					     sizeof(*pairs->items));
	}
	pairs->items[pairs->count].name = xstrdup(name);
	pairs->items[pairs->count].value = xstrdup(value);
	pairs->count++;
}

static struct pair *find(const struct pairs *pairs, const char *name)
{
	for (size_t i = pairs->count; i > 0; i--)
		if (!strcmp(pairs->items[i - 1].name, name))
			return &pairs->items[i - 1];
	return NULL;
}

void pairs_set(struct pairs *pairs, const char *name, const char *value)
{
	struct pair *pair = find(pairs, name);
	char *copy;

	if (!pair) {
		pairs_add(pairs, name, value);
		return;
	}
	copy = xstrdup(value); /* VALUE may be the old one */
	free(pair->value);
	pair->value = copy;
}

const struct pair *pairs_find(const struct pairs *pairs, const char *name)
{
	return find(pairs, name);
}

void pairs_extend(struct pairs *pairs, const struct pairs *from)
{
	for (size_t i = 0; i < from->count; i++)
		pairs_add(pairs, from->items[i].name, from->items[i].value);
}

void pairs_release(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		free(pairs->items[i].name);
		free(pairs->items[i].value);
	}
	free(pairs->items);
	*pairs = (struct pairs)PAIRS_INIT;
}
