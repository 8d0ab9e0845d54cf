/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nearest known word. Two neighbours swapped count as one change, since
 * that is how "FORM" and "RNU" come about.
 */
#include "builder/language/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

enum {
	/* Longer words are no one's slip of a finger. */
	WORD_MAX = 32,
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static char lower(const char *text, size_t index)
{
	return (char)tolower((unsigned char)text[index]);
}

/* Changes that make A of B, both at most WORD_MAX bytes. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[WORD_MAX + 1][WORD_MAX + 1];
	size_t m = strlen(a);
	size_t n = strlen(b);

	for (size_t i = 0; i <= m; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		for (size_t j = 1; j <= n; j++) {
			bool same = lower(a, i - 1) == lower(b, j - 1);
			size_t best = rows[i - 1][j - 1] + !same;

			best = least(best, rows[i - 1][j] + 1);
			best = least(best, rows[i][j - 1] + 1);
			if (i > 1 && j > 1 &&
			    lower(a, i - 1) == lower(b, j - 2) &&
			    lower(a, i - 2) == lower(b, j - 1))
				best = least(best, rows[i - 2][j - 2] + 1);
			rows[i][j] = best;
		}
	}
	return rows[m][n];
}

/* How many changes still are a slip in a word of LENGTH bytes. */
static size_t tolerance(size_t length)
{
	return length < 4 ? 1 : length < 8 ? 2 : 3;
}

const char *suggest_find(const char *word, const char *const *known,
			 size_t count)
{
	const char *best = NULL;
	size_t best_distance = WORD_MAX;

	if (!*word || strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(known[i]);
		size_t changes;

		if (length > WORD_MAX)
			continue;
		changes = distance(word, known[i]);
		/* all of a short word changed is another word */
		if (changes < best_distance && changes <= tolerance(length) &&
		    changes < length && changes < strlen(word)) {
			best = known[i];
			best_distance = changes;
		}
	}
	return best;
}

int suggest_append(const char *word, const char *const *known, size_t count,
		   struct error *err)
{
	const char *near = suggest_find(word, known, count);
	autofree char *message = NULL;

	if (!near)
		return -1;
	message = xasprintf("%s (did you mean %s?)", err->msg, near);
	return error_set(err, err->kind, "%s", message);
}
