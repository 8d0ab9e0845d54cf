/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable, always terminated string with a ceiling.
 *
 * A buffer that meets bytes from outside is created with STRBUF_LIMIT(n): what
 * would pass the ceiling is dropped and `overflow` stays set, so a run of adds
 * needs one strbuf_check at its end. STRBUF_INIT has a ceiling of 64 MiB.
 * `text` is never NULL and may be read at any time; strbuf_steal hands the
 * memory over. This module may not learn about any other.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct strbuf {
	char *text;
	size_t length;
	size_t allocated; /* 0 while text is the shared empty string */
	size_t limit;	  /* most bytes it may hold, terminator excluded */
	bool overflow;	  /* an add was dropped or cut */
};

/* The shared empty string every fresh buffer points to. */
extern char strbuf_empty[1];

#define STRBUF_LIMIT(most)                        \
	{                                         \
		strbuf_empty, 0, 0, (most), false \
	}
#define STRBUF_INIT STRBUF_LIMIT((size_t)64 << 20)

/* Append LENGTH bytes of DATA. */
void strbuf_add(struct strbuf *sb, const void *data, size_t length);

/* Append a string. */
void strbuf_addstr(struct strbuf *sb, const char *text);

/* Append one byte. */
void strbuf_addch(struct strbuf *sb, char byte);

/* Append formatted text. */
void strbuf_addf(struct strbuf *sb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Append formatted text from an argument list. */
void strbuf_addv(struct strbuf *sb, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* Cut to LENGTH bytes, which must not be more than it holds. */
void strbuf_truncate(struct strbuf *sb, size_t length);

/* Fail with TOO_LARGE, naming WHAT and the ceiling, if anything was dropped. */
int strbuf_check(const struct strbuf *sb, const char *what,
		 struct error *err) must_check;

/* Hand the string over to the caller (never NULL) and start empty again. */
char *strbuf_steal(struct strbuf *sb) __attribute__((returns_nonnull));

/* Free the contents and start empty again; the ceiling stays. */
void strbuf_release(struct strbuf *sb);
DEFINE_CLEANUP(struct strbuf, strbuf_release)

#endif
