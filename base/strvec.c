/* SPDX-License-Identifier: Apache-2.0 */
/* Owned arrays of strings. */
#include "base/strvec.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

void strvec_take(struct strvec *vec, char *text)
{
	if (vec->count + 2 > vec->allocated) {
		size_t size = vec->allocated ? vec->allocated * 2 : 8;

		vec->items = xreallocarray(vec->items, size,
					   sizeof(*vec->items));
		vec->allocated = size;
	}
	vec->items[vec->count++] = text;
	vec->items[vec->count] = NULL;
}

void strvec_add(struct strvec *vec, const char *text)
{
	strvec_take(vec, xstrdup(text));
}

void strvec_addf(struct strvec *vec, const char *format, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	strvec_take(vec, strbuf_steal(&text));
}

void strvec_extend(struct strvec *vec, char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strvec_add(vec, items[i]);
}

void strvec_remove(struct strvec *vec, size_t index)
{
	free(vec->items[index]);
	memmove(vec->items + index, vec->items + index + 1,
		(vec->count - index) * sizeof(*vec->items));
	vec->count--;
}

bool strvec_has(const struct strvec *vec, const char *text)
{
	for (size_t i = 0; i < vec->count; i++) {
		if (!strcmp(vec->items[i], text))
			return true;
	}
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strvec_sort(struct strvec *vec)
{
	if (vec->count)
		qsort(vec->items, vec->count, sizeof(*vec->items), compare);
}

char *const *strvec_array(const struct strvec *vec)
{
	static char *const none[1] = { NULL };

	return vec->items ? vec->items : none;
}

void strvec_release(struct strvec *vec)
{
	for (size_t i = 0; i < vec->count; i++)
		free(vec->items[i]);
	free(vec->items);
	*vec = (struct strvec)STRVEC_INIT;
}
