/* SPDX-License-Identifier: Apache-2.0 */
/* Growable strings with a ceiling. */
#include "base/strbuf.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

char strbuf_empty[1];

/* Makes room for EXTRA bytes and the terminator; at most doubles. */
static void reserve(struct strbuf *sb, size_t extra)
{
	size_t need = sb->length + extra + 1;
	size_t size = sb->allocated ? sb->allocated : 64;

	if (need <= sb->allocated)
		return;
	while (size < need)
		size *= 2;
	sb->text = xreallocarray(sb->allocated ? sb->text : NULL, size, 1);
	sb->allocated = size;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t length)
{
	size_t room = sb->limit - sb->length;

	if (length > room) {
		sb->overflow = true;
		length = room;
	}
	if (!length)
		return;
	reserve(sb, length);
	memcpy(sb->text + sb->length, data, length);
	sb->length += length;
	sb->text[sb->length] = '\0';
}

void strbuf_addstr(struct strbuf *sb, const char *text)
{
	strbuf_add(sb, text, strlen(text));
}

void strbuf_addch(struct strbuf *sb, char byte)
{
	strbuf_add(sb, &byte, 1);
}

void strbuf_addf(struct strbuf *sb, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(sb, format, arguments);
	va_end(arguments);
}

void strbuf_addv(struct strbuf *sb, const char *format, va_list arguments)
{
	char small[256];
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(small, sizeof(small), format, again);
	va_end(again);
	if (length < 0)
		return;
	if ((size_t)length < sizeof(small)) {
		strbuf_add(sb, small, (size_t)length);
	} else {
		char *text = xmalloc((size_t)length + 1);

		(void)vsnprintf(text, (size_t)length + 1, format, arguments);
		strbuf_add(sb, text, (size_t)length);
		free(text);
	}
}

void strbuf_truncate(struct strbuf *sb, size_t length)
{
	if (length >= sb->length)
		return;
	sb->length = length;
	sb->text[length] = '\0';
}

int strbuf_check(const struct strbuf *sb, const char *what, struct error *err)
{
	if (!sb->overflow)
		return 0;
	return error_set(err, ERROR_TOO_LARGE, "%s is larger than %zu bytes",
			 what, sb->limit);
}

char *strbuf_steal(struct strbuf *sb)
{
	char *text = sb->allocated ? sb->text : xstrdup("");

	sb->text = strbuf_empty;
	sb->length = 0;
	sb->allocated = 0;
	sb->overflow = false;
	return text;
}

void strbuf_release(struct strbuf *sb)
{
	if (sb->allocated)
		free(sb->text);
	sb->text = strbuf_empty;
	sb->length = 0;
	sb->allocated = 0;
	sb->overflow = false;
}
